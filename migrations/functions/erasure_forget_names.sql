-- Removes the copies of an erased person's name from the histories of these tickets.
create or replace function erasure_forget_names(p_person uuid, p_tickets uuid[]) returns void
language plpgsql
set search_path = pg_catalog, {schema}, pg_temp
set enable_seqscan = off
as $$
begin
  perform set_config('helpline.append_only_door', 'open', true);
  update support_ticket_activity a
  set public_actor_name = case when a.actor_id = p_person then null else a.public_actor_name end,
      public_old_value = case when a.kind in ('assigned', 'unassigned') and a.old_value = p_person::text then null else a.public_old_value end,
      public_new_value = case when a.kind in ('assigned', 'unassigned') and a.new_value = p_person::text then null else a.public_new_value end
  where a.ticket_id = any (p_tickets)
    and (a.actor_id = p_person and a.public_actor_name is not null
         or a.kind in ('assigned', 'unassigned')
            and (a.old_value = p_person::text and a.public_old_value is not null or a.new_value = p_person::text and a.public_new_value is not null));
  perform set_config('helpline.append_only_door', '', true);
end
$$;
