-- Creates or replaces a saved reply. The function checks that the caller is an admin, or the owner
-- of a personal reply. If two writers use the same shortcut at the same time, a unique index lets
-- only one of them succeed.
select r.id, r.shortcut, r.title, r.body, r.updated_at, r.folder, r.owner, {schema}.support_reply_etag(r)
from {schema}.support_keep_seen_reply($1, $2, $3, $4, $5, $6, $7, $8, $9) r
