-- Stores tickets with their histories as given.
select {schema}.adopt_write($1::text::jsonb, $2::text::jsonb, $3, $4)
