-- Returns how many bytes' removals are due, counted to `p_count_max`, and since when the longest waits.
create or replace function blob_removals_state(p_count_max bigint, out due bigint, out oldest_at timestamptz)
language plpgsql stable security definer
set search_path = pg_catalog, {schema}, pg_temp
set enable_seqscan = off
as $$
begin
  select count(*), min(x.since) into due, oldest_at
  from (select b.since from blob_removals b where b.attempts > 0 or b.due_at <= clock() order by b.due_at limit p_count_max) x;
end
$$;
grant execute on function blob_removals_state(bigint) to {service};
