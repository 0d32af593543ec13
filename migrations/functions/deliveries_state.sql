-- Returns figures about the deliveries of one kind. `due` and `dead` count at most `p_count_max`; `oldest_at` is when the longest wait began among the
-- receivers' earliest deliveries that are due.
create or replace function deliveries_state(p_kind text, p_count_max bigint, out due bigint, out oldest_at timestamptz, out in_flight bigint, out dead bigint)
language plpgsql stable security definer
set search_path = pg_catalog, {schema}, pg_temp
set enable_seqscan = off
as $$
begin
  select count(*), min(x.next_at) into due, oldest_at
  from (
    select d.next_at from deliveries d
    where d.kind = p_kind and d.done_at is null and d.dead_at is null and d.next_at <= clock() and (d.lease_until is null or d.lease_until <= clock())
    limit p_count_max
  ) x;
  select count(*) into in_flight from deliveries d where d.kind = p_kind and d.lease_token is not null and d.lease_until > clock();
  select count(*) into dead from (select from deliveries d where d.kind = p_kind and d.dead_at is not null limit p_count_max) x;
end
$$;
grant execute on function deliveries_state(text, bigint) to {service};
