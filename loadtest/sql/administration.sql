-- The Postgres version, the role that owns the database, and whether this role is a superuser. The
-- statement does not read the schema's owner, which is always a role that `migrate` creates.
select split_part(current_setting('server_version'), ' ', 1), r.rolname::text, r.rolsuper
from pg_database d
join pg_roles r on r.oid = d.datdba
where d.datname = current_database()
