-- What the hosting service provides before a platform creates its own tables, as on Supabase: the
-- schema of the sign-in service, the functions that read the claims, and a schema for extensions.
-- Runs as a superuser, in a database that belongs to platform_admin.
create schema auth authorization supabase_auth_admin;
-- Extensions belong there; this platform has enabled none yet.
create schema extensions;
grant usage on schema extensions to platform_admin, anon, authenticated, service_role;
grant usage on schema auth to platform_admin, anon, authenticated, service_role;
-- Inside Helpline's schema, names such as log_ticket_activity mean something else. A platform never
-- has that schema in its search path.
do $$ begin execute format('alter database %I set search_path = "$user", public, extensions', current_database()); end $$;

set role supabase_auth_admin;
create table auth.users (
  id uuid primary key,
  email varchar(255),
  raw_user_meta_data jsonb,
  banned_until timestamptz,
  deleted_at timestamptz,
  is_anonymous boolean not null default false,
  created_at timestamptz default now(),
  updated_at timestamptz default now()
);
alter table auth.users enable row level security;
create function auth.uid() returns uuid language sql stable as $$
  select coalesce(nullif(current_setting('request.jwt.claim.sub', true), ''),
                  nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid
$$;
create function auth.role() returns text language sql stable as $$
  select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role'
$$;
create function auth.jwt() returns jsonb language sql stable as $$
  select nullif(current_setting('request.jwt.claims', true), '')::jsonb
$$;
-- The administrator of a project may read, write and refer to the users, but does not own the table.
grant select, insert, update, delete, references, trigger on auth.users to platform_admin;
reset role;
grant all on schema public to platform_admin;
grant usage on schema public to anon, authenticated, service_role;
