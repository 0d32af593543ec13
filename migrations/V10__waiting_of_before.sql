-- Tickets of before get their `waiting_since`, which the functions keep from now on.
-- Under traffic: safe; each portion is a short transaction that takes its tickets' locks in the order of every writer.
-- In portions.
select x.place::text, $2::bigint
from {schema}.support_fill_waiting($1::text::uuid, $2::bigint::integer) as x(place)
where x.place is not null
