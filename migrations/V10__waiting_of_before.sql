-- Unfinished tickets of before get their `waiting_since`, which the functions keep from now on. Those that are over get none: when the team takes
-- one of them up again, it waits from its customer's next message on.
-- Under traffic: safe; each portion is a short transaction that takes its tickets' locks in the order of every writer.
-- In portions.
select x.place::text, (
    select count(*) from (
      select h.ticket_id from {schema}.support_ticket_heads h
      where not h.is_over and h.ticket_id > coalesce($1::text::uuid, '00000000-0000-0000-0000-000000000000')
      order by h.ticket_id limit $2::bigint
    ) portion
    where portion.ticket_id <= x.place)
from {schema}.support_fill_waiting($1::text::uuid, $2::bigint::integer) as x(place)
where x.place is not null
