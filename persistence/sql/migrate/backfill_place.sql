-- Returns the position at which an interrupted backfill (a change of existing rows in portions)
-- continues.
select b.place from {schema}.helpline_backfills b where b.version = $1
