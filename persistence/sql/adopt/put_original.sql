-- Stores a value that was copied by itself, unless an erasure would delete it.
insert into {schema}.adopted_originals (ticket_id, source, row_id, field, message_id, original)
select $1, $2, $3, $4, $5, $6::text::jsonb
where not ($4 like '*%' and exists (
  select 1 from {schema}.support_tickets t join {schema}.erased_people e on e.person_id = t.user_id where t.id = $1))
on conflict on constraint adopted_originals_pkey do nothing
