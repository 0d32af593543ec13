-- Which of the platform's known functions name one of these tables, and so write for this generation of them.
select distinct p.proname::text
from pg_proc p
join pg_namespace n on n.oid = p.pronamespace
where n.nspname = $1 and p.prokind in ('f', 'p') and p.proname = any ($2)
  and pg_get_functiondef(p.oid) ~* ('\m(' || (select string_agg(regexp_replace(t, '([^[:alnum:]_])', '\\\1', 'g'), '|') from unnest($3::text[]) t) || ')\M')
order by 1
