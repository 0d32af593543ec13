-- Counts what runs of these kinds would do now.
select kind, months, cutoff, total, due, skipped, oldest, needs_approval from {schema}.retention_dry_run($1, $2)
