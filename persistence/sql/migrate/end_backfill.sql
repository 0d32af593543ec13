-- Removes the progress of a finished backfill. From then on, the list of applied versions records
-- the backfill.
delete from {schema}.helpline_backfills b where b.version = $1
