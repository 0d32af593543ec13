-- Sets `search_folded` of tickets that the backfill of V13 missed: their transaction began before the triggers knew the column and committed after
-- the backfill had passed. All such transactions have ended, because building the index of V14 waits for them.
--
-- Under traffic: safe, for the reasons given in V13.
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
