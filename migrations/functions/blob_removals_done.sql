-- Records that the store no longer has the bytes `p_removed`, and that it did not have the bytes `p_absent`. For each file that a message named, the
-- access log gets a row with the SHA-256 of the bytes: the hash proves which bytes they were, to a person who has a copy. The store may be the wrong
-- one, so the bytes of such a file that it does not have are looked for again until `p_absent_ms` after they were to be deleted; then the row says that
-- they were absent.
create or replace function blob_removals_done(p_removed text[], p_absent text[], p_absent_ms bigint) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  with done as (
    delete from blob_removals b
    where b.blob_key = any (p_removed)
       or b.blob_key = any (p_absent) and (b.upload_id is null or b.since < clock() - interval '1 millisecond' * p_absent_ms)
    returning b.*
  )
  insert into access_log (action, ticket_id, detail)
  select case when d.blob_key = any (p_removed) then 'attachment_bytes_deleted' else 'attachment_bytes_absent' end, d.ticket_id,
         jsonb_build_object('attachment', d.upload_id, 'sha256', encode(d.sha256, 'hex'))
  from done d
  where d.upload_id is not null;
end
$$;
grant execute on function blob_removals_done(text[], text[], bigint) to {service};
