-- Deletes the entries of the access log that are due, among the next `p_limit` entries after the id `p_after`. Returns how many were deleted, when the
-- newest of them was written, how far it looked, whether later entries may be due, and the deleted ids in order, one per line. Entries about a ticket or by a person under a legal hold stay.
-- This is the only function that deletes entries of the access log.
create or replace function retention_take_entries(
  p_cutoff timestamptz, p_after bigint, p_limit integer, out deleted bigint, out newest timestamptz, out last_id bigint, out is_more boolean,
  out ids text
)
language plpgsql volatile
set search_path = pg_catalog, {schema}, pg_temp
set plan_cache_mode = force_custom_plan
as $$
begin
  lock table legal_holds in share mode;
  -- Ids in the access log rise with time, so the rows with the lowest ids are the oldest.
  select max(o.id), count(*) = p_limit and bool_or(o.created_at < p_cutoff) into last_id, is_more
  from (select l.id, l.created_at from access_log l where l.id > p_after order by l.id limit p_limit) o;
  perform set_config('helpline.append_only_door', 'open', true);
  with gone as (
    delete from access_log l
    where l.id > p_after and l.id <= last_id and l.created_at < p_cutoff
      and not support_is_held(l.ticket_id, l.user_id)
      and not exists (select 1 from support_tickets t where t.id = l.ticket_id and (t.legal_hold or support_is_held(null, t.user_id)))
    returning l.id, l.created_at
  )
  select count(*), max(g.created_at), string_agg(g.id::text, e'\n' order by g.id) into deleted, newest, ids from gone g;
  perform set_config('helpline.append_only_door', '', true);
  is_more := coalesce(is_more, false);
end
$$;
