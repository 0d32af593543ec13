-- Plans the removal of bytes that are about to be written, unless an upload or a preview refers to them before `p_kept_ms` have passed.
create or replace function uploads_begin(p_blob_key text, p_kept_ms bigint) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  insert into blob_removals (blob_key, since, due_at) values (p_blob_key, clock(), clock() + interval '1 millisecond' * p_kept_ms);
end
$$;
grant execute on function uploads_begin(text, bigint) to {service};
