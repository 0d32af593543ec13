-- Registers a consumer, unless it exists already. With `p_from_start`, it will handle the whole history; otherwise, only events that become visible
-- after this call. Returns whether the consumer is new.
create or replace function consumers_register(p_name text, p_from_start boolean) returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
declare
  -- Taken before the insert: see `consumers_poll` about snapshots of a transaction that has a number.
  v_seen constant pg_snapshot := case when p_from_start then '1:1:'::pg_snapshot else pg_current_snapshot() end;
  -- To begin with the whole history, the consumer comes from a cluster that never was: `consumers_sort` then lists the events of former clusters.
  v_cluster constant bigint := case when p_from_start then 0 else helpline_cluster() end;
begin
  if exists (select 1 from consumers c where c.name = p_name) then
    return false;
  end if;
  insert into consumers (name, cluster, seen, clusters_done)
  values (p_name, v_cluster, v_seen, case when p_from_start then '{}' else consumers_clusters() end)
  on conflict do nothing;
  return found;
end
$$;
grant execute on function consumers_register(text, boolean) to {service};
