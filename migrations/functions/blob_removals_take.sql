-- Returns at most `p_limit` keys whose bytes are to be deleted now, and puts their next attempt off by `p_retry_ms`.
create or replace function blob_removals_take(p_limit integer, p_retry_ms bigint) returns setof text
language plpgsql volatile security definer
set search_path = pg_catalog, {schema}, pg_temp
set enable_seqscan = off
as $$
begin
  return query
    update blob_removals b
    set due_at = clock() + interval '1 millisecond' * p_retry_ms, attempts = b.attempts + 1
    where b.blob_key in (
      select x.blob_key from blob_removals x
      where x.due_at <= clock()
      order by x.due_at
      limit p_limit
      for update skip locked
    )
    returning b.blob_key;
end
$$;
grant execute on function blob_removals_take(integer, bigint) to {service};
