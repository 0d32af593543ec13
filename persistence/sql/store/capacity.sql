-- Returns the number of connections that the server offers to ordinary roles, and the number of
-- machines from which this role is connected to this database. (Every role can see all details of
-- its own database sessions.) It also returns the server's port: a port other than the configured
-- one reveals a pooler in front of the server.
select current_setting('max_connections')::integer - current_setting('superuser_reserved_connections')::integer
         - coalesce(current_setting('reserved_connections', true)::integer, 0),
       (select count(distinct coalesce(a.client_addr, '0.0.0.0')) from pg_stat_activity a where a.usename = session_user and a.datname = current_database()),
       inet_server_port()
