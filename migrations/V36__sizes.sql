-- Every text and JSON value that somebody else than the owner can write has a size: an event that is larger than a connection can take would
-- close every console that opens its ticket, each time again. The limits are core's (a test compares them). Numbers of an earlier system are
-- carried over as they are, so they are looked up as text; one that is an id, begins or ends with a blank, or is all
-- dots could not be told from another ticket or from a path.
-- Under traffic: `not valid` checks, so no row is read. All tables are locked at once and for a moment; the lock is waited for 0.2 s at a time and
-- then let go, so nobody queues behind it for longer and it cannot deadlock. New functions are added beside the old ones. The next migration
-- looks at the rows that are there.

set local role helpline_owner;
set local lock_timeout = '200ms';

do $$
begin
  for i in 1..150 loop
    begin
      lock table people, support_tickets, support_messages, support_ticket_activity, access_log in access exclusive mode;
      return;
    exception when lock_not_available or deadlock_detected then
      perform pg_sleep(0.1);
    end;
  end loop;
  raise exception 'the tables were in use for half a minute without a pause: end the long transactions (pg_stat_activity), then migrate again';
end
$$;

alter table people
  add constraint people_email_check check (char_length(email) <= 320) not valid,
  add constraint people_display_name_check check (char_length(display_name) <= 200) not valid;

alter table support_tickets
  add constraint support_tickets_ticket_number_check check (char_length(ticket_number) between 1 and 64
      and ticket_number !~* '[[:cntrl:]]|^[[:space:]]|[[:space:]]$|^[.]+$|^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$') not valid,
  add constraint support_tickets_assignee_name_check check (char_length(assignee_name) <= 200) not valid,
  add constraint support_tickets_customer_email_check check (char_length(customer_email) <= 320) not valid,
  add constraint support_tickets_user_agent_check check (char_length(user_agent) <= 400) not valid,
  add constraint support_tickets_created_at_check
    check (created_at between '0001-01-01 00:00:00+00' and '9999-12-31 23:59:59.999999+00') not valid;

-- One check a table where every message passes.
alter table support_messages
  add constraint support_messages_sizes_check check (
    octet_length(attachments::text) <= 24576
    and char_length(user_agent) <= 400
    and created_at between '0001-01-01 00:00:00+00' and '9999-12-31 23:59:59.999999+00') not valid;

alter table support_ticket_activity
  add constraint support_ticket_activity_sizes_check check (
    octet_length(old_value) <= 16384
    and octet_length(new_value) <= 16384
    and octet_length(public_old_value) <= 1024
    and octet_length(public_new_value) <= 1024
    and octet_length(description) <= 8192
    and octet_length(metadata::text) <= 16384
    and char_length(public_actor_name) <= 200
    and char_length(user_agent) <= 400
    and created_at between '0001-01-01 00:00:00+00' and '9999-12-31 23:59:59.999999+00') not valid;

alter table access_log
  add constraint access_log_refused_check check (char_length(refused) <= 64) not valid,
  add constraint access_log_user_agent_check check (char_length(user_agent) <= 400) not valid,
  add constraint access_log_detail_check check (octet_length(detail::text) <= 4194304) not valid;

-- A session may set any text here; the columns take as much as the service keeps of a browser's.
create or replace function support_current_user_agent() returns text
language plpgsql stable parallel safe
set search_path = pg_catalog, public, pg_temp
as $$
begin
  return left(nullif(current_setting('helpline.user_agent', true), ''), 400);
end
$$;

-- What a decision and a join need to know, by the numbers that may be meant: the first of them that a ticket has.
create function support_open_by_number(p_numbers text[])
returns table (id uuid, user_id uuid, status text, archived boolean, seq bigint, public_seq bigint)
language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
#variable_conflict use_column
begin
  return query
    select t.id, t.user_id, t.status, t.archived_at is not null, h.seq, h.public_seq
    from support_tickets t
    join support_ticket_heads h on h.ticket_id = t.id
    where t.ticket_number = any (p_numbers)
    order by array_position(p_numbers, t.ticket_number)
    limit 1;
end
$$;
grant execute on function support_open_by_number(text[]) to helpline_service;

-- As support_search_tickets, with several numbers that may be meant.
create function support_find_tickets(p_patterns text[], p_numbers text[], p_limit integer) returns setof uuid
language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp
set plan_cache_mode = force_custom_plan
set enable_seqscan = off
as $$
declare
  -- The newest so many are asked how common the words are; from one in fifty on, walking back is cheaper than gathering and sorting,
  v_sample constant integer := 1000;
  -- unless they are in the newest alone: then walking ends here.
  v_walk constant integer := 50000;
  -- So many matches are gathered and sorted at most.
  v_common constant integer := 20000;
  v_patterns constant text[] := array(select lower(p) from unnest(p_patterns) with ordinality as u (p, n) order by n);
  v_numbered record;
  v_whole boolean := false;
  v_found uuid[];
  v_count integer;
begin
  if not support_is_staff() then
    return;
  end if;
  for v_numbered in select t.id, t.ticket_number from support_tickets t where t.ticket_number = any (p_numbers) loop
    return next v_numbered.id;
    v_whole := v_whole or v_patterns = array['%' || lower(v_numbered.ticket_number) || '%'];
  end loop;
  -- Whoever writes a whole number means that ticket.
  if v_whole then
    return;
  end if;
  -- Two letters between the wildcards have no trigram: the index would be read from end to end.
  if coalesce(char_length(v_patterns[1]), 0) < 5 then
    return;
  end if;
  select count(*) into v_count
  from (select t.search_text from support_tickets t order by t.created_at desc, t.id desc limit v_sample) s
  where s.search_text like all (v_patterns);
  if v_count * 50 >= v_sample then
    v_found := array(
      select s.id
      from (select t.id, t.search_text, t.created_at from support_tickets t order by t.created_at desc, t.id desc limit v_walk) s
      where s.search_text like all (v_patterns)
      order by s.created_at desc, s.id desc
      limit p_limit
    );
    if cardinality(v_found) = p_limit then
      return query select unnest(v_found);
      return;
    end if;
  end if;
  select count(*), (array_agg(f.id order by f.created_at desc, f.id desc))[1:p_limit] into v_count, v_found
  from (
    select t.id, t.created_at from support_tickets t
    where t.search_text like v_patterns[1] and t.search_text like coalesce(v_patterns[2], v_patterns[1])
      and t.search_text like all (v_patterns)
    limit v_common
  ) f;
  if v_count < v_common then
    return query select unnest(v_found);
  else
    -- The empty string keeps the trigram index out of it.
    return query
      select t.id from support_tickets t
      where t.search_text || '' like all (v_patterns)
      order by t.created_at desc, t.id desc
      limit p_limit;
  end if;
end
$$;
grant execute on function support_find_tickets(text[], text[], integer) to helpline_staff;

reset role;
