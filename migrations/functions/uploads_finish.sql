-- Records that an upload's bytes are in the store, and plans the check of the file. If another request has stored them meanwhile, changes nothing but
-- the removal of these bytes, which becomes due. Returns the upload; no row if there is none any more.
create or replace function uploads_finish(p_id uuid, p_owner uuid, p_blob_key text, p_sha256 bytea, p_content_type text, p_delivery uuid)
returns setof uploads
language plpgsql volatile security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
declare
  u uploads;
begin
  select x.* into u from uploads x where x.id = p_id and x.owner_id = p_owner and x.state <> 'gone' for update;
  if u.id is null or u.state <> 'reserved' then
    perform uploads_abandon(p_blob_key);
    if u.id is not null then
      return next u;
    end if;
    return;
  end if;
  delete from blob_removals b where b.blob_key = p_blob_key and b.attempts = 0;
  if not found then
    -- The bytes were removed because the upload took too long.
    perform support_refuse('unavailable');
  end if;
  perform deliveries_plan(array[p_delivery], array['attachment_check'::text], array['scanner'::text], array[null::uuid], array[null::bigint],
                          array[p_id::text], array[jsonb_build_object()]);
  return query
    update uploads x
    set state = 'stored', blob_key = p_blob_key, sha256 = p_sha256, content_type = p_content_type, stored_at = clock()
    where x.id = p_id
    returning *;
end
$$;
grant execute on function uploads_finish(uuid, uuid, text, bytea, text, uuid) to {service};
