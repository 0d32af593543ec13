-- The columns of the source's tables, with the type of each, which is that of its values if it is a domain; and whether its values are words: of an
-- enumeration, or listed by a check.
select c.relname::text, a.attname::text, b.oid::pg_catalog.regtype::text,
       b.typtype = 'e' or b.typcategory = 'S' and exists (
         select from pg_catalog.pg_constraint k where k.conrelid = c.oid and k.contype = 'c' and k.conkey = array[a.attnum]
           and pg_catalog.pg_get_constraintdef(k.oid) ~ '= ANY|= '''
       )
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
join pg_catalog.pg_type y on y.oid = a.atttypid
join pg_catalog.pg_type b on b.oid = case when y.typtype = 'd' then y.typbasetype else y.oid end
where n.nspname = $1 and c.relname = any ($2) and c.relkind in ('r', 'p', 'v', 'm', 'f')
