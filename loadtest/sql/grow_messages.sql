-- Ten messages per ticket. All are from the customer, because the sender makes no difference to the
-- cost of reading.
insert into support_messages (id, ticket_id, sender_id, sender_type, body, created_at)
select ('01900000-0000-7001-8000-' || lpad(to_hex(n * 16 + k), 12, '0'))::uuid,
       ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid,
       ('01900000-0000-7002-8000-' || lpad(to_hex(n / 10), 12, '0'))::uuid, 'customer', 'What I saw was this: ' || md5(n::text || k), now()
from generate_series($1::bigint, $2::bigint - 1) n, generate_series(1, 10) k
