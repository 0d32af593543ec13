-- Whose database this is, and whether that is a superuser. The schema belongs to a role that `migrate` makes, which says nothing about this.
select split_part(current_setting('server_version'), ' ', 1), r.rolname::text, r.rolsuper
from pg_database d
join pg_roles r on r.oid = d.datdba
where d.datname = current_database()
