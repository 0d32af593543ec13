-- The rows that were there before the sizes are read once. A check that is not validated would still be asked of them at each later update: a
-- person could not sign in, a ticket could not be answered or archived. So values that may change are cut to size here. For values that never
-- change (a ticket's number and time, a message's attachments), a check that old rows break gives way to a trigger that asks it of new rows only.
-- Rows of the history and of `access_log` are never updated: their checks stay `not valid`, and a warning names the table.
-- Under traffic: tables are read once while others write. Where old rows break a check, its table is locked for a moment.

set local role helpline_owner;

create function support_refuse_size() returns trigger
language plpgsql
set search_path = pg_catalog, public, pg_temp
as $$
begin
  raise exception 'a value of % is larger than %', tg_table_name, tg_name using errcode = 'check_violation', constraint = tg_name, table = tg_table_name;
end
$$;

do $$
declare
  v_check record;
  v_instead text;
  v_cut boolean := false;
begin
  for v_check in
    -- Those of values that never change come first: the others' rows are then cut to size.
    select c.conname, c.conrelid::regclass as table_name,
           c.conname in ('support_tickets_ticket_number_check', 'support_tickets_created_at_check', 'support_messages_sizes_check') as is_fixed
    from pg_constraint c
    where c.connamespace = 'public'::regnamespace and c.contype = 'c' and not c.convalidated and c.conrelid in
      ('people'::regclass, 'support_tickets'::regclass, 'support_messages'::regclass, 'support_ticket_activity'::regclass, 'access_log'::regclass)
    order by 3 desc, 1
  loop
    if not v_check.is_fixed and not v_cut then
      -- Tickets first: a person's change reaches their tickets.
      update support_tickets
      set customer_email = case when char_length(customer_email) <= 320 then customer_email end, assignee_name = left(assignee_name, 200),
          user_agent = left(user_agent, 400)
      where char_length(customer_email) > 320 or char_length(assignee_name) > 200 or char_length(user_agent) > 400;
      update people set email = case when char_length(email) <= 320 then email end, display_name = left(display_name, 200)
      where char_length(email) > 320 or char_length(display_name) > 200;
      v_cut := true;
    end if;
    begin
      execute format('alter table %s validate constraint %I', v_check.table_name, v_check.conname);
    exception when check_violation then
      v_instead := case v_check.conname
        when 'support_tickets_ticket_number_check' then
          $q$insert on support_tickets for each row
             when (not (char_length(new.ticket_number) between 1 and 64
                        and new.ticket_number !~* '[[:cntrl:]]|^[[:space:]]|[[:space:]]$|^[.]+$|^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$'))$q$
        when 'support_tickets_created_at_check' then
          $q$insert on support_tickets for each row
             when (new.created_at not between '0001-01-01 00:00:00+00' and '9999-12-31 23:59:59.999999+00')$q$
        when 'support_messages_sizes_check' then
          $q$insert or update of attachments, user_agent on support_messages for each row
             when (octet_length(new.attachments::text) > 24576 or char_length(new.user_agent) > 400
                   or new.created_at not between '0001-01-01 00:00:00+00' and '9999-12-31 23:59:59.999999+00')$q$
      end;
      if v_instead is not null then
        execute format('alter table %s drop constraint %I', v_check.table_name, v_check.conname);
        execute format('create trigger %I before %s execute function support_refuse_size()', v_check.conname, v_instead);
      else
        raise warning 'rows of % from before this version break %: they are kept, and new rows must keep it', v_check.table_name, v_check.conname;
      end if;
    end;
  end loop;
end
$$;

reset role;
