-- Recorded as a version from now on.
delete from {schema}.helpline_backfills b where b.version = $1
