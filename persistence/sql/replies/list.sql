-- Few enough to need no page.
select r.id, r.shortcut, r.title, r.body, r.updated_at
from {schema}.support_saved_replies r
order by r.shortcut
