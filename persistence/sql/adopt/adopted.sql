-- Those of these tickets that were adopted: by what content, from which table, and whether they are here or were deleted here. One that is neither
-- has been lost, and is adopted again. One that a legal hold protected from being replaced is copied again when the hold is released: no digest.
select a.ticket_id,
       case when a.digest <> a.written_digest and h.seq = a.seq and not t.legal_hold and not {schema}.support_is_held(t.id, t.user_id) then ''
            else a.digest end,
       a.source, t.id is not null
from {schema}.adopted_tickets a
left join {schema}.support_tickets t on t.id = a.ticket_id
left join {schema}.support_ticket_heads h on h.ticket_id = t.id
where a.ticket_id = any ($1) and (t.id is not null or a.deleted_at is not null)
