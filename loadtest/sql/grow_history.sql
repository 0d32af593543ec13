-- Inserts the history events of the generated tickets and messages.
insert into support_ticket_activity (ticket_id, seq, public_seq, kind, actor_id, actor_type, public_actor_name, message_id, created_at)
select ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, k + 1, k + 1,
       case k when 0 then 'created' else 'message_added' end,
       ('01900000-0000-7002-8000-' || lpad(to_hex(n / 10), 12, '0'))::uuid, 'customer', 'Customer',
       case when k > 0 then ('01900000-0000-7001-8000-' || lpad(to_hex(n * 16 + k), 12, '0'))::uuid end, now()
from generate_series($1::bigint, $2::bigint - 1) n, generate_series(0, 10) k
