-- All rows of these tickets in this desk: which table, whose ticket, and the row. Of what is kept, the digest.
select 0, t.id, (to_jsonb(t) || jsonb_build_object('adopted_seq', a.seq, 'head_seq', h.seq, 'head_public_seq', h.public_seq, 'adopted_at', a.adopted_at,
         'digest', a.digest, 'written_digest', a.written_digest, 'row_digests', a.row_digests, 'owners', a.owners,
         'is_held', t.legal_hold or {schema}.support_is_held(t.id, t.user_id), 'is_over', h.is_over, 'waiting_since', h.waiting_since,
         'last_activity_at', h.last_activity_at, 'public_last_activity_at', h.public_last_activity_at,
         'is_erased', exists (select from {schema}.erased_people e where e.person_id = t.user_id)))::text
from {schema}.adopted_tickets a
join {schema}.support_tickets t on t.id = a.ticket_id
left join {schema}.support_ticket_heads h on h.ticket_id = t.id
where a.ticket_id = any ($1)
union all
select 1, m.ticket_id, to_jsonb(m)::text from {schema}.support_messages m where m.ticket_id = any ($1)
union all
select 2, e.ticket_id, to_jsonb(e)::text from {schema}.support_ticket_activity e where e.ticket_id = any ($1)
union all
select 3, p.ticket_id, to_jsonb(p)::text from {schema}.support_read_positions p where p.ticket_id = any ($1)
union all
select 4, o.ticket_id, jsonb_build_object('source', o.source, 'row_id', o.row_id, 'field', o.field,
         'digest', encode(sha256(convert_to(o.original::text, 'UTF8')), 'hex'),
         'original', case when octet_length(o.original::text) <= $2 then o.original end)::text
from {schema}.adopted_originals o where o.ticket_id = any ($1)
