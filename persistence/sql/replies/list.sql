-- Lists all saved replies without paging, because there are only few. The table's row-level
-- security policy shows shared replies and the reader's own personal replies.
select r.id, r.shortcut, r.title, r.body, r.updated_at, r.folder, r.owner, {schema}.support_reply_etag(r)
from {schema}.support_saved_replies r
order by r.shortcut, r.owner nulls first
