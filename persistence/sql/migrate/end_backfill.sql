-- From now on, the finished backfill is recorded as an applied version.
delete from {schema}.helpline_backfills b where b.version = $1
