-- Changes rows at random, the same for the same {seed}: nulls, words that are none, texts that are
-- too long, times that are none, people who are gone or strangers, doubled numbers, metadata of any
-- shape. Works for any type of column. Runs as platform_admin after generate.sql.
create function pg_temp.random(what text, id text, below integer) returns integer language sql immutable as $$
  select ('x' || left(md5('{seed} ' || what || ' ' || id), 7))::bit(28)::integer % below
$$;
alter table public.support_tickets disable trigger user;
alter table public.support_messages disable trigger user;
-- The rules of the tables are gone, except the keys and that rows belong to a ticket.
do $$
declare
  v record;
begin
  for v in select conrelid::regclass as tab, conname from pg_constraint
           where conrelid in ('public.support_tickets'::regclass, 'public.support_messages'::regclass, 'public.support_ticket_activity'::regclass)
             and (contype in ('c', 'u') or contype = 'f' and confrelid = 'auth.users'::regclass) loop
    execute format('alter table %s drop constraint %I', v.tab, v.conname);
  end loop;
  for v in select attrelid::regclass as tab, attname from pg_attribute
           where attrelid in ('public.support_tickets'::regclass, 'public.support_messages'::regclass, 'public.support_ticket_activity'::regclass)
             and attnum > 0 and attnotnull and attname not in ('id', 'ticket_id') loop
    execute format('alter table %s alter column %I drop not null', v.tab, v.attname);
  end loop;
end $$;
delete from auth.users u where u.email like 'person%' and pg_temp.random('user', u.id::text, 8) = 0;

do $$
declare
  v record;
  v_values text[];
begin
  for v in
    select a.attrelid::regclass as tab, a.attname, format_type(a.atttypid, a.atttypmod) as type, t.typname, t.typtype, t.oid
    from pg_attribute a join pg_type t on t.oid = a.atttypid
    where a.attrelid in ('public.support_tickets'::regclass, 'public.support_messages'::regclass, 'public.support_ticket_activity'::regclass)
      and a.attnum > 0 and not a.attisdropped and a.attname not in ('id', 'ticket_id')
    order by 1, 2
  loop
    v_values := case
      when v.typtype = 'e' then (select array_agg(enumlabel::text) from pg_enum where enumtypid = v.oid)
      when v.attname in ('user_id', 'sender_id', 'actor_id', 'assigned_to', 'read_by', 'resolved_by') then
        array[md5('person 1')::uuid::text, md5('person 2')::uuid::text, md5('staff agent')::uuid::text, md5('staff former')::uuid::text,
              md5('mentor')::uuid::text, md5('vanished')::uuid::text, '00000000-0000-0000-0000-000000000000']
      when v.typname in ('timestamptz', 'timestamp') then
        array['infinity', '-infinity', '2099-12-31 23:59:59.999999', '1969-07-20 20:17:40.123457', '1970-01-01', '0001-01-01',
              '0044-03-15 BC', '12026-05-05', '2025-12-05 10:00', '2025-12-05 10:00', '1900-02-28 12:34:56']
      when v.typname = 'bool' then array['true', 'false']
      when v.typname = 'int4' then array['0', '-1', '6', '5', '2147483647']
      when v.typname = 'inet' then array['::1/64', '10.0.0.0/8', 'fe80::1', '255.255.255.255']
      when v.typname in ('jsonb', 'json') then
        array['null', '[]', '[1, null]', '"text"', '7', '{"adopted": {"id": "x"}, "import": 1}', '{"n": 1e400}',
              repeat('[', 200) || repeat(']', 200), jsonb_build_object('big', repeat('ü', 9000))::text, '{"a": {"b": "\u202e"}}']
      else
        array['', ' ', E'\n\t', repeat('x', 300), repeat('Ü€', 9000), E'a\u0001\u007f\u0085b', 'null', E'\u202Eevil', '''; drop table people; --',
              '<script>alert(1)</script>', 'customer', 'admin', 'system', 'closed', 'on hold', 'OPEN', '-', md5('x')::uuid::text, '....', '{"a": 1}']
      end;
    execute format(
      'update %s t set %I = case when pg_temp.random(%L, t.id::text, 4) = 0 then null
         else ($1)[1 + pg_temp.random(%L, t.id::text, $2)]::%s end where pg_temp.random(%L, t.id::text, 100) < 5',
      v.tab, v.attname, v.attname || ' null', v.attname || ' which', v.type, v.attname || ' whether')
    using v_values, cardinality(v_values);
  end loop;
end $$;

-- Rows that are gone, and rows that are there twice.
delete from public.support_messages m where pg_temp.random('gone', m.id::text, 40) = 0;
delete from public.support_ticket_activity a where pg_temp.random('gone', a.id::text, 30) = 0;
insert into public.support_ticket_activity (id, ticket_id, activity_type, actor_id, actor_type, old_value, new_value, description, created_at)
select md5('again ' || a.id)::uuid, a.ticket_id, a.activity_type, a.actor_id, a.actor_type, a.old_value, a.new_value, a.description, a.created_at
from public.support_ticket_activity a where pg_temp.random('again', a.id::text, 30) = 0;
update public.support_tickets t set ticket_number = (select min(o.ticket_number) from public.support_tickets o where o.ticket_number like 'TKT-%')
where pg_temp.random('double', t.id::text, 15) = 0;
alter table public.support_tickets enable trigger user;
alter table public.support_messages enable trigger user;
