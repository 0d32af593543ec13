-- Returns the position at which an interrupted backfill continues.
select b.place from {schema}.helpline_backfills b where b.version = $1
