-- Deletes at most `p_limit` deliveries that were done longer ago than `p_keep_ms`. Dead ones stay until an admin replays them or their ticket is deleted.
-- Returns the number of deletions.
create or replace function deliveries_delete_old(p_keep_ms bigint, p_limit bigint) returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, {schema}, pg_temp
set enable_seqscan = off
as $$
declare
  v_rows bigint;
begin
  delete from deliveries d
  where d.id in (
    select x.id from deliveries x
    where x.done_at < clock() - interval '1 millisecond' * p_keep_ms
    order by x.done_at
    limit p_limit
    for update skip locked
  );
  get diagnostics v_rows = row_count;
  return v_rows;
end
$$;
grant execute on function deliveries_delete_old(bigint, bigint) to {service};
