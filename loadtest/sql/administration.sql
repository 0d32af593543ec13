-- The Postgres version, the role that owns the database, and whether this role is a superuser. The
-- schema's owner is no help, because it is a role that `migrate` creates.
select split_part(current_setting('server_version'), ' ', 1), r.rolname::text, r.rolsuper
from pg_database d
join pg_roles r on r.oid = d.datdba
where d.datname = current_database()
