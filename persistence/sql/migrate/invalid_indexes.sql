-- What a broken-off `create index concurrently` leaves behind: never used, but kept up to date at a cost, and its name is taken.
select format('drop index %s', i.indexrelid::regclass)
from pg_index i
join pg_class c on c.oid = i.indexrelid
where c.relnamespace = '{schema}'::regnamespace and not i.indisvalid
