-- The head of each generated ticket: its newest event, which is number 11 (the creation and ten
-- messages).
insert into support_ticket_heads (ticket_id, seq, public_seq, last_activity_at, public_last_activity_at, is_over)
select t.id, 11, 11, t.created_at + interval '10 hours', t.created_at + interval '10 hours', t.status in ('resolved', 'closed')
from support_tickets t
where t.id >= ('01900000-0000-7000-8000-' || lpad(to_hex($1::bigint), 12, '0'))::uuid
  and t.id < ('01900000-0000-7000-8000-' || lpad(to_hex($2::bigint), 12, '0'))::uuid
