-- Lists the runs that have something to do, the earliest first.
select {schema}.retention_open_runs()
