-- Records how far a backfill has come. Runs in the transaction of each portion of rows, so that
-- progress is recorded if and only if the portion was committed.
insert into {schema}.helpline_backfills as b (version, place, rows) values ($1, $2, $3)
on conflict on constraint helpline_backfills_pkey do update set place = excluded.place, rows = b.rows + excluded.rows, moved_at = now()
