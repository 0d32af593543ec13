-- What can still write to the source's tables when the privileges on them are revoked: tables above and below them, views, rules of other tables, and
-- functions with the rights of a role that may write, called by others or by triggers of other tables. $3: functions that are revoked too. $4: schemas
-- of the desk.
with recursive own as (
  select c.oid, c.relname::text as name, c.relowner as owner
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = $1 and c.relname = any ($2)
), below as (
  select o.oid from own o
  union
  select i.inhrelid from below b join pg_inherits i on i.inhparent = b.oid
), above as (
  select o.oid from own o
  union
  select i.inhparent from above a join pg_inherits i on i.inhrelid = a.oid
), seen as (
  select b.oid from below b
  union
  select r.ev_class
  from seen s
  join pg_depend d on d.refclassid = 'pg_class'::regclass and d.refobjid = s.oid and d.classid = 'pg_rewrite'::regclass
  join pg_rewrite r on r.oid = d.objid and r.rulename = '_RETURN'
), others as (
  -- Roles other than the platform's server and those that are above all rights.
  select r.oid from pg_roles r
  where not r.rolsuper and r.rolname !~ '^pg_'
    and not exists (select 1 from pg_roles s where s.rolname = 'service_role' and pg_has_role(r.oid, s.oid, 'member'))
), mention as (
  select '\m(' || string_agg(regexp_replace(n, '([^[:alnum:]_])', '\\\1', 'g'), '|') || ')\M' as pattern
  from unnest($2::text[] || $3::text[]) n
)
select 'table ' || c.oid::regclass::text
from (select oid from below union select oid from above) f
join pg_class c on c.oid = f.oid
where c.oid not in (select oid from own)
  and exists (select from others r where not pg_has_role(r.oid, c.relowner, 'member') and (has_table_privilege(r.oid, c.oid, 'insert, update, delete, truncate')
              or has_any_column_privilege(r.oid, c.oid, 'insert, update')))
union
select 'view ' || c.oid::regclass::text
from seen s
join pg_class c on c.oid = s.oid and c.relkind = 'v'
where pg_relation_is_updatable(c.oid, true) & 28 <> 0
  and not exists (select from pg_options_to_table(c.reloptions) o where o.option_name = 'security_invoker' and o.option_value::boolean)
  and exists (select from others r where not pg_has_role(r.oid, c.relowner, 'member') and (has_table_privilege(r.oid, c.oid, 'insert, update, delete')
              or has_any_column_privilege(r.oid, c.oid, 'insert, update')))
union
select 'rule ' || quote_ident(w.rulename) || ' on ' || w.ev_class::regclass::text
from seen s
join pg_depend d on d.refclassid = 'pg_class'::regclass and d.refobjid = s.oid and d.classid = 'pg_rewrite'::regclass
join pg_rewrite w on w.oid = d.objid and w.rulename <> '_RETURN' and w.ev_class not in (select oid from own)
union
select case when t.tgname is null then 'function ' || p.oid::regprocedure::text
            else 'trigger ' || quote_ident(t.tgname) || ' on ' || t.tgrelid::regclass::text end
from pg_proc p
join pg_namespace n on n.oid = p.pronamespace
left join pg_trigger t on t.tgfoid = p.oid and not t.tgisinternal
cross join mention q
where p.prosecdef and p.prokind in ('f', 'p') and p.provolatile = 'v' and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
  and n.nspname <> all ($4::text[]) and not (n.nspname = $1 and p.proname = any ($3::text[]))
  and exists (select from own o where has_table_privilege(p.proowner, o.oid, 'insert, update, delete, truncate')
              or has_any_column_privilege(p.proowner, o.oid, 'insert, update'))
  and pg_get_functiondef(p.oid) ~* q.pattern
  and case when p.prorettype = 'trigger'::regtype then t.tgrelid is not null and t.tgrelid not in (select oid from own)
      else exists (select from others r where has_function_privilege(r.oid, p.oid, 'execute') and not pg_has_role(r.oid, p.proowner, 'member')) end
order by 1
