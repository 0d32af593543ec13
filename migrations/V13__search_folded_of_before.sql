-- Existing tickets get their `search_folded`, which the triggers keep from now on: `support_tickets_before_update` fills it in, and takes such a
-- change for none of the ticket's.
-- Under traffic: safe; each portion is a short transaction that takes its tickets' locks in the order of every writer.
-- In portions.
with portion as (
  select t.id from {schema}.support_tickets t
  where t.search_folded is null and t.id > coalesce($1::text::uuid, '00000000-0000-0000-0000-000000000000')
  order by t.id
  limit $2::bigint
  for no key update
), filled as (
  update {schema}.support_tickets t set search_folded = ''
  from portion p
  where t.id = p.id and t.search_folded is null
)
select p.id::text, count(*) over () from portion p order by p.id desc limit 1
