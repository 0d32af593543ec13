-- Returns statements that drop a table's triggers. They run before the table's trigger file is
-- applied, because the file creates all triggers of the table.
select format('drop trigger %I on %s', t.tgname, t.tgrelid::regclass)
from pg_trigger t
join pg_class c on c.oid = t.tgrelid
where c.relnamespace = '{schema}'::regnamespace and c.relname = $1 and not t.tgisinternal
