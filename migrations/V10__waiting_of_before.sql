-- Sets `waiting_since` of existing unfinished tickets; from now on the functions maintain it. Tickets that are over get no value: if the team reopens
-- one, its customer waits from their next message on.
--
-- Under traffic: safe; each portion is a short transaction that locks its tickets in the same order as every writer.
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
