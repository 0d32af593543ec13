-- Runs before the file of a table's triggers is applied, because that file names all triggers of the table.
select format('drop trigger %I on %s', t.tgname, t.tgrelid::regclass)
from pg_trigger t
join pg_class c on c.oid = t.tgrelid
where c.relnamespace = '{schema}'::regnamespace and c.relname = $1 and not t.tgisinternal
