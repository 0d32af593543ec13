-- For `support_tickets` and `support_messages`. A message that the cascade deletes passes this check, because its ticket is already gone: the trigger
-- on the ticket has checked the legal hold.
create or replace function support_before_delete() returns trigger
language plpgsql security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  perform support_refuse_if_held((to_jsonb(old) ->> case tg_table_name when 'support_tickets' then 'id' else 'ticket_id' end)::uuid);
  return old;
end
$$;
