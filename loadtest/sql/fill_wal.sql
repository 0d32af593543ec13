-- Creates WAL segments in advance, as in a cluster that has run for some hours. Postgres recycles
-- old segments. Creating a new one (16 MiB of zeros and a sync) delays every commit by 20 to 90 ms.
create table bench_wal as select repeat('w', 1000) as filler from generate_series(1, 900000);
drop table bench_wal;
checkpoint;
