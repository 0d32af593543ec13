-- The next tickets of the source in the order of their ids, each with the digest of all its rows, their number, and their bytes as JSON. Rows are
-- digested one by one, so that a long ticket does not become one long text. What a row becomes depends also on who is staff and to whom a ticket can
-- be assigned, and on the mapping: $3, $4 and $5.
select t.{ticket_id},
       encode(sha256(convert_to($5::text || ' ' || x.own || case when t.assignee = any ($4::text[]) then '+' else '-' end || m.digests || '|' || a.digests,
                                'UTF8')), 'hex'),
       m.rows + a.rows,
       octet_length(x.own) + m.bytes + a.bytes
from (select o.*, {assignee} as assignee from {tickets} o where $1::uuid is null or o.{ticket_id} > $1 order by o.{ticket_id} limit $2) t
cross join lateral (select (to_jsonb(o))::text as own from {tickets} o where o.{ticket_id} = t.{ticket_id} offset 0) x
cross join lateral (
  select count(*) as rows, coalesce(sum(octet_length(r.own)), 0)::bigint as bytes,
         coalesce(string_agg(encode(sha256(convert_to(r.own, 'UTF8')), 'hex') || case when r.person = any ($3::text[]) then '+' else '-' end, ''
                             order by r.id), '') as digests
  from (select to_jsonb(o)::text as own, o.{message_id}::text as id, {sender} as person
        from {messages} o where o.{message_ticket} = t.{ticket_id} offset 0) r
) m
cross join lateral (
  select count(*) as rows, coalesce(sum(octet_length(r.own)), 0)::bigint as bytes,
         coalesce(string_agg(encode(sha256(convert_to(r.own, 'UTF8')), 'hex') || case when r.person = any ($3::text[]) then '+' else '-' end, ''
                             order by r.id), '') as digests
  from (select to_jsonb(o)::text as own, o.{activity_id}::text as id, {actor} as person
        from {activity} o where o.{activity_ticket} = t.{ticket_id} offset 0) r
) a
order by t.{ticket_id}
