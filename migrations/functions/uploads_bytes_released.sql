-- Trigger function for `uploads`: bytes that the upload no longer refers to are to be deleted from the store. Nothing else plans the deletion of a
-- file's bytes, so redaction, retention and every other way in which an upload ends are covered.
create or replace function uploads_bytes_released() returns trigger
language plpgsql security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  insert into blob_removals (blob_key, since, due_at, upload_id, ticket_id, sha256)
  select k.key, clock(), clock(), case when k.is_proved then old.id end, case when k.is_proved then old.ticket_id end, case when k.is_proved then old.sha256 end
  from (values (old.blob_key, old.message_id is not null), (old.preview_key, false)) k (key, is_proved)
  where k.key is not null and (tg_op = 'DELETE' or (k.key is distinct from new.blob_key and k.key is distinct from new.preview_key))
  on conflict on constraint blob_removals_pkey do update
  set due_at = excluded.due_at, upload_id = excluded.upload_id, ticket_id = excluded.ticket_id, sha256 = excluded.sha256;
  return null;
end
$$;
