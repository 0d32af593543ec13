-- Makes the removal of bytes due that were written in vain.
create or replace function uploads_abandon(p_blob_key text) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  update blob_removals b set due_at = clock() where b.blob_key = p_blob_key;
end
$$;
grant execute on function uploads_abandon(text) to {service};
