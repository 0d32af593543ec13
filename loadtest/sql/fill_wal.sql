-- WAL files are made once and used again for the cluster's life; making one, 16 MiB of zeros and a sync, holds every commit up for 20 to
-- 90 ms. Leaves as many behind as a run needs, as a cluster has that has been running for some hours.
create table bench_wal as select repeat('w', 1000) as filler from generate_series(1, 900000);
drop table bench_wal;
checkpoint;
