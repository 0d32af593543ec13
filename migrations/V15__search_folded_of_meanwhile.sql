-- Tickets that were inserted while `migrate` ran, by a transaction that began before the triggers knew `search_folded` and was committed behind the
-- backfill of V13. The index of V14 waited for all of these.
-- Under traffic: safe, as V13.
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
