-- There are few replies, so the list has no pages. The policy shows the shared ones and the reader's own.
select r.id, r.shortcut, r.title, r.body, r.updated_at, r.folder, r.owner, {schema}.support_reply_etag(r)
from {schema}.support_saved_replies r
order by r.shortcut, r.owner nulls first
