-- The Postgres version, the database's owner, and whether the owner is a superuser. The owner of
-- the schema would not tell, because it is a role that `migrate` creates.
select split_part(current_setting('server_version'), ' ', 1), r.rolname::text, r.rolsuper
from pg_database d
join pg_roles r on r.oid = d.datdba
where d.datname = current_database()
