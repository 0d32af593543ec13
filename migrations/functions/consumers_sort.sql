-- Lists the events of a consumer's window in `consumer_windows`, where portions are read in order without sorting the window again. It is called for
-- a window with many events, and after the database has become another cluster, for example by a restore of a dump.
--
-- In the second case, the window consists of the events of former clusters that the consumer has not handled. It ends at the beginning of the present
-- cluster. Returns the number of events that were added.
create or replace function consumers_sort(p_name text, p_upto text) returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, {schema}, pg_temp
set enable_seqscan = off
as $$
declare
  v_cluster constant bigint := helpline_cluster();
  v_start constant pg_snapshot := '1:1:';
  c record;
  v_former bigint[];
  v_rows bigint;
  v_of_former bigint;
begin
  select x.* into c from consumers x where x.name = p_name;
  -- A window that is already listed keeps its rows.
  insert into consumer_windows (consumer, ticket_id, seq)
  select p_name, u.ticket_id, u.seq
  from consumers_unseen(c.cluster, c.seen, case when c.cluster = v_cluster then p_upto::pg_snapshot end, null, null, null) u
  where c.upto is null
     or not pg_visible_in_snapshot(u.xid, c.upto)
     or not c.is_sorted and (c.position_ticket is null or (u.ticket_id, u.seq) > (c.position_ticket, c.position_seq))
  order by u.ticket_id, u.seq;
  get diagnostics v_rows = row_count;

  select coalesce(array_agg(x), '{}') into v_former
  from unnest(consumers_clusters()) x
  where x <> v_cluster and x <> c.cluster and x <> all (c.clusters_done);
  insert into consumer_windows (consumer, ticket_id, seq)
  select p_name, a.ticket_id, a.seq from support_ticket_activity a where a.cluster = any (v_former)
  order by a.ticket_id, a.seq;
  get diagnostics v_of_former = row_count;

  update consumers x
  set cluster = v_cluster,
      seen = case when c.cluster = v_cluster then x.seen else v_start end,
      upto = case when c.cluster = v_cluster then p_upto::pg_snapshot else v_start end,
      is_sorted = true,
      position_ticket = null,
      position_seq = null,
      clusters_done = x.clusters_done || v_former || case when c.cluster = v_cluster then '{}' else array[c.cluster] end
  where x.name = p_name;
  return v_rows + v_of_former;
end
$$;
grant execute on function consumers_sort(text, text) to {service};
