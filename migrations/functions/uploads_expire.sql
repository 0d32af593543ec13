-- Deletes at most `p_limit` uploads that no message has named in time. Returns their number.
create or replace function uploads_expire(p_limit integer) returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, {schema}, pg_temp
set enable_seqscan = off
as $$
declare
  v_rows bigint;
begin
  delete from uploads u
  where u.id in (
    select x.id from uploads x
    where x.message_id is null and x.expires_at <= clock()
    order by x.expires_at
    limit p_limit
    for update skip locked
  );
  get diagnostics v_rows = row_count;
  return v_rows;
end
$$;
grant execute on function uploads_expire(integer) to {service};
