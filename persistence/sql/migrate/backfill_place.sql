-- Where a backfill that was broken off goes on.
select b.place from {schema}.helpline_backfills b where b.version = $1
