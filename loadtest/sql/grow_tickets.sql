-- Generates tickets as in an installation after years: nearly all are closed, and some thousands
-- are active. One in a thousand mentions the word "obelisk", which the search benchmark looks for.
insert into support_tickets (id, ticket_number, user_id, subject, category, priority, status, assigned_to, customer_email, created_at,
  resolved_at, closed_at, satisfaction_rating)
select ('01900000-0000-7000-8000-' || lpad(to_hex(g.n), 12, '0'))::uuid, 'TKT-' || (g.n + 1000000),
       ('01900000-0000-7002-8000-' || lpad(to_hex(g.n / 10), 12, '0'))::uuid,
       case when g.n % 1000 = 7 then 'The obelisk hums ' else 'Something does not work ' end || md5(g.n::text),
       (array['technical', 'billing', 'account', 'feature_request', 'bug_report', 'general', 'security', 'compliance'])[1 + g.n % 8],
       (array['low', 'medium', 'medium', 'medium', 'high', 'urgent'])[1 + g.n % 6],
       case when g.n % 100 < 93 then 'closed' when g.n % 100 < 96 then 'resolved'
            else (array['open', 'in_progress', 'waiting_on_customer', 'escalated'])[1 + g.n % 4] end,
       case when g.n % 100 >= 95 and g.n % 7 = 0 then $3::uuid end,
       'customer' || g.n / 10 || '@grown.example', g.at,
       case when g.n % 100 < 96 then g.at + interval '5 hours' end, case when g.n % 100 < 93 then g.at + interval '9 hours' end,
       case when g.n % 100 < 93 then 1 + g.n % 5 end
from (select n, now() - interval '1095 days' * ((n * 7919) % 1000003)::double precision / 1000003 as at
      from generate_series($1::bigint, $2::bigint - 1) n) g
