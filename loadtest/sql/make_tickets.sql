-- Creates all tickets in one statement. The triggers work on sets of rows, so ten thousand tickets
-- take only seconds.
insert into support_tickets (id, user_id, subject, customer_email)
select t.id, t.user_id, 'Load', t.user_id || '@load.example'
from unnest($1::uuid[], $2::uuid[]) as t (id, user_id)
