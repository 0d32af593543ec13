-- What the server has for roles such as this, and from how many machines this role is in this database now. Rows of one's own sessions are whole for
-- every role. The port tells whether the server itself was reached, or something before it.
select current_setting('max_connections')::integer - current_setting('superuser_reserved_connections')::integer
         - coalesce(current_setting('reserved_connections', true)::integer, 0),
       (select count(distinct coalesce(a.client_addr, '0.0.0.0')) from pg_stat_activity a where a.usename = session_user and a.datname = current_database()),
       inet_server_port()
