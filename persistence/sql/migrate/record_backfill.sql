-- In the portion's own transaction: what is recorded is done, and what is not recorded is not.
insert into {schema}.helpline_backfills as b (version, place, rows) values ($1, $2, $3)
on conflict on constraint helpline_backfills_pkey do update set place = excluded.place, rows = b.rows + excluded.rows, moved_at = now()
