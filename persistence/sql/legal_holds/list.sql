-- Lists legal holds, the newest first, with the claims of the admin who requests them, because the table's row-level security policy shows holds only
-- to admins. With `$1`, only those that are not released; with `$2`, only those before this one.
select h.id, h.ticket_id, h.person_id, h.reason, h.set_by, h.set_at, h.review_at, h.released_by, h.released_at, t.ticket_number, p.display_name
from {schema}.legal_holds h
left join {schema}.support_tickets t on t.id = h.ticket_id
left join {schema}.people p on p.id = h.person_id
where (not $1 or h.released_at is null)
  and ($2::uuid is null or (h.set_at, h.id) < (select a.set_at, a.id from {schema}.legal_holds a where a.id = $2))
order by h.set_at desc, h.id desc
limit $3
