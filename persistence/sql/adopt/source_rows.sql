-- All rows of these tickets: which table, whose ticket, the row, and the digest of each of its values that has more than $2 bytes. Of such a value, the
-- row has the first $3 characters.
select r.place, r.ticket, coalesce(s.short, r.own)::text, s.long::text
from (
  select 0 as place, o.{ticket_id} as ticket, to_jsonb(o){tickets_zoned} as own from {tickets} o where o.{ticket_id} = any ($1)
  union all
  select 1, o.{message_ticket}, to_jsonb(o){messages_zoned} from {messages} o where o.{message_ticket} = any ($1)
  union all
  select 2, o.{activity_ticket}, to_jsonb(o){activity_zoned} from {activity} o where o.{activity_ticket} = any ($1)
) r
left join lateral (
  select jsonb_object_agg(e.key, case when v.is_long then to_jsonb(left(e.value #>> array[]::text[], $3)) else e.value end) as short,
         jsonb_object_agg(e.key, encode(sha256(convert_to(e.value::text, 'UTF8')), 'hex')) filter (where v.is_long) as long
  from jsonb_each(r.own) e
  cross join lateral (select octet_length(e.value::text) > $2 as is_long) v
) s on octet_length(r.own::text) > $2
