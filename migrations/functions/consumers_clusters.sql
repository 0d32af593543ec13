-- Returns the clusters (see `helpline_cluster`) that have events in the history. It reads one index entry per cluster.
create or replace function consumers_clusters() returns bigint[]
language plpgsql stable
set search_path = pg_catalog, {schema}, pg_temp
set enable_seqscan = off
as $$
declare
  v_clusters bigint[] := '{}';
  v_cluster bigint;
begin
  select min(a.cluster) into v_cluster from support_ticket_activity a;
  while v_cluster is not null loop
    v_clusters := v_clusters || v_cluster;
    select min(a.cluster) into v_cluster from support_ticket_activity a where a.cluster > v_cluster;
  end loop;
  return v_clusters;
end
$$;
