select current_setting('server_version'), coalesce((select ssl from pg_stat_ssl where pid = pg_backend_pid()), false), pg_is_in_recovery(),
       extract(epoch from clock_timestamp())::float8,
       -- Postgres 16 introduced `reserved_connections`; older servers return null.
       current_setting('max_connections')::integer - current_setting('superuser_reserved_connections')::integer
         - coalesce(current_setting('reserved_connections', true)::integer, 0);
