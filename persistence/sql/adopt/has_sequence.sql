-- Whether the source has this sequence.
select exists (select from pg_catalog.pg_sequences s where s.schemaname = $1 and s.sequencename = $2)
