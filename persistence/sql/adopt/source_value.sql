-- One value of a row, as JSON.
select (to_jsonb(o) -> $3::text)::text from {table} o where o.{ticket} = $1 and o.{id}::text = $2
