-- The function asks for an admin, or for the owner; the unique shortcuts decide between two.
select r.id, r.shortcut, r.title, r.body, r.updated_at, r.folder, r.owner, {schema}.support_reply_etag(r)
from {schema}.support_keep_seen_reply($1, $2, $3, $4, $5, $6, $7, $8, $9) r
