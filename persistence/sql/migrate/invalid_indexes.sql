-- Returns statements that drop the indexes that an interrupted `create index concurrently` left
-- behind. Queries do not use these indexes, but writers must maintain them, and their names are
-- taken.
select format('drop index %s', i.indexrelid::regclass)
from pg_index i
join pg_class c on c.oid = i.indexrelid
where c.relnamespace = '{schema}'::regnamespace and not i.indisvalid
