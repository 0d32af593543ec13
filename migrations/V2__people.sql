-- Who people are and who of them is staff; and how a transaction says who it acts for (`request.jwt.claims`, as on the platform).
-- Under traffic: new tables and functions only; safe.

set local role helpline_owner;

create table people (
  id uuid not null,
  email text,
  display_name text,
  -- All of a staff member's name that a customer sees; the same rule as core's `first_name`.
  first_name text generated always as (substring(display_name from '\S+')) stored,
  last_seen_at timestamptz,
  blocked_at timestamptz,
  created_at timestamptz not null default now(),
  constraint people_pkey primary key (id)
);

create table user_roles (
  user_id uuid not null,
  role text not null,
  granted_by uuid,
  created_at timestamptz not null default now(),
  constraint user_roles_pkey primary key (user_id, role),
  constraint user_roles_role_check check (role in ('admin', 'support_agent'))
);

alter table people enable row level security;
alter table people force row level security;
alter table user_roles enable row level security;
alter table user_roles force row level security;
create policy people_owner on people to helpline_owner using (true) with check (true);
create policy user_roles_owner on user_roles to helpline_owner using (true) with check (true);

-- The person that this transaction acts for; null outside of any claim (retention, imports, psql).
create function support_current_user_id() returns uuid
language sql stable parallel safe
set search_path = pg_catalog, public, pg_temp
as $$
  select nullif(nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub', '')::uuid
$$;

-- Their staff role, the higher of two; null for customers and for the blocked. A definer, so that policies need no right on the table.
create function support_current_role() returns text
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
  select min(r.role)
  from user_roles r
  where r.user_id = (select support_current_user_id())
    and not exists (select 1 from people p where p.id = r.user_id and p.blocked_at is not null)
$$;

create function support_is_staff() returns boolean
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
  select support_current_role() is not null
$$;

-- Whether they may not enter: their plain writes stop with their sign-in.
create function support_is_blocked() returns boolean
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
  select exists (select 1 from people p where p.id = (select support_current_user_id()) and p.blocked_at is not null)
$$;

-- The client's address and agent of this transaction, for audit rows.
create function support_current_address() returns inet
language sql stable parallel safe
set search_path = pg_catalog, public, pg_temp
as $$
  select nullif(current_setting('helpline.address', true), '')::inet
$$;

create function support_current_user_agent() returns text
language sql stable parallel safe
set search_path = pg_catalog, public, pg_temp
as $$
  select nullif(current_setting('helpline.user_agent', true), '')
$$;

-- The one way in which a function refuses: a code word of core's that the client may know.
create function support_refuse(p_code text) returns void
language plpgsql
set search_path = pg_catalog, public, pg_temp
as $$
begin
  raise exception using errcode = 'HL001', message = p_code;
end
$$;

reset role;
