-- Creates the tables that record which migrations were applied. They belong to the owner and have
-- row-level security, like all other tables.
do $$
begin
  set local role {owner};
  -- Contains the progress of every backfill that has not finished.
  if to_regclass('{schema}.helpline_backfills') is null then
    create table {schema}.helpline_backfills (
      version integer not null,
      place text not null,
      rows bigint not null,
      moved_at timestamptz not null default now(),
      constraint helpline_backfills_pkey primary key (version)
    );
    alter table {schema}.helpline_backfills enable row level security;
    alter table {schema}.helpline_backfills force row level security;
    create policy helpline_backfills_owner on {schema}.helpline_backfills to {owner} using (true) with check (true);
  end if;
  -- Contains the options of `migrate` that stay in force until another run changes them.
  if to_regclass('{schema}.helpline_options') is null then
    create table {schema}.helpline_options (
      name text not null,
      value text not null,
      constraint helpline_options_pkey primary key (name)
    );
    alter table {schema}.helpline_options enable row level security;
    alter table {schema}.helpline_options force row level security;
    create policy helpline_options_owner on {schema}.helpline_options to {owner} using (true) with check (true);
  end if;
  if to_regclass('{schema}.helpline_migrations') is not null then
    reset role;
    return;
  end if;
  create table {schema}.helpline_migrations (
    version integer not null,
    name text not null,
    checksum text not null,
    applied_at timestamptz not null default now(),
    constraint helpline_migrations_pkey primary key (version)
  );
  -- Contains the existing functions, views, triggers and policies in the order of their creation,
  -- each with the generation (a growing number) of the build that last applied it.
  create table {schema}.helpline_objects (
    path text not null,
    place integer not null,
    checksum text not null,
    generation integer not null,
    applied_at timestamptz not null default now(),
    constraint helpline_objects_pkey primary key (path)
  );
  alter table {schema}.helpline_migrations enable row level security;
  alter table {schema}.helpline_migrations force row level security;
  alter table {schema}.helpline_objects enable row level security;
  alter table {schema}.helpline_objects force row level security;
  create policy helpline_migrations_owner on {schema}.helpline_migrations to {owner} using (true) with check (true);
  create policy helpline_objects_owner on {schema}.helpline_objects to {owner} using (true) with check (true);
  reset role;
end
$$
