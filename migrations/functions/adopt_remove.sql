-- Removes adopted tickets that were not changed in this desk since and that no legal hold protects, so that their newer source rows can be stored in
-- their place, in the same transaction. Their rows in `adopted_tickets` stay, with the former owners, and so does what is kept of the rows `p_kept`, which
-- the platform has deleted. Returns the tickets that it removed. For administrators of the database, acting as the owner: no role has a grant on this
-- function.
create or replace function adopt_remove(p_tickets uuid[], p_kept uuid[]) returns setof uuid
language plpgsql
set search_path = pg_catalog, {schema}, pg_temp
as $$
declare
  v_tickets uuid[];
begin
  if not pg_has_role(session_user, '{owner}'::regrole, 'member') or support_names_subject() then
    perform support_refuse('forbidden');
  end if;
  perform 1 from support_tickets t where t.id = any (p_tickets) order by t.id for update;
  v_tickets := array(
    select a.ticket_id
    from adopted_tickets a
    join support_ticket_heads h on h.ticket_id = a.ticket_id
    join support_tickets t on t.id = a.ticket_id
    where a.ticket_id = any (p_tickets) and h.seq = a.seq and not t.legal_hold and not support_is_held(t.id, t.user_id)
  );
  perform set_config('helpline.append_only_door', 'open', true);
  delete from adopted_originals o where o.ticket_id = any (v_tickets) and o.row_id <> all (p_kept);
  delete from support_tickets t where t.id = any (v_tickets);
  perform set_config('helpline.append_only_door', '', true);
  return query select unnest(v_tickets);
end
$$;
