-- The roles under which everything happens. Roles belong to the cluster, so several databases may be migrated at once: creation
-- and grants tolerate that somebody else was faster.
-- Under traffic: touches no table; safe.

do $$
declare
  v_role text;
  v_pair text[];
begin
  foreach v_role in array array['helpline_owner', 'helpline_service', 'helpline_customer', 'helpline_staff'] loop
    begin
      if not exists (select 1 from pg_roles r where r.rolname = v_role) then
        execute format('create role %I nologin noinherit', v_role);
      end if;
    exception when duplicate_object or unique_violation then
      null; -- created by another migration at the same moment
    end;
  end loop;
  -- `set local role` needs membership; the service's noinherit keeps these rights asleep until then.
  foreach v_pair slice 1 in array array[['helpline_customer', 'helpline_service'], ['helpline_staff', 'helpline_service'],
                                        ['helpline_owner', current_user::text]] loop
    for i in 1..20 loop
      begin
        if v_pair[2] <> v_pair[1] and not pg_has_role(v_pair[2], v_pair[1], 'member') then
          execute format('grant %I to %I', v_pair[1], v_pair[2]);
        end if;
        exit;
      exception when internal_error or unique_violation then
        perform pg_sleep(0.05); -- "tuple concurrently updated": another migration grants the same
      end;
    end loop;
  end loop;
end
$$;

-- Trigrams for search; a trusted extension, so the database's owner may create it.
create extension if not exists pg_trgm;

revoke create on schema public from public;
grant usage, create on schema public to helpline_owner;
grant usage on schema public to helpline_service, helpline_customer, helpline_staff;

-- Nothing that the owner ever makes is executable by everybody.
alter default privileges for role helpline_owner revoke execute on functions from public;

-- The list of applied migrations lives under the same rules as every other table.
do $$
begin
  if to_regclass('public.helpline_migrations') is not null then
    alter table helpline_migrations owner to helpline_owner;
    alter table helpline_migrations enable row level security;
    alter table helpline_migrations force row level security;
    create policy helpline_migrations_owner on helpline_migrations to helpline_owner using (true) with check (true);
  end if;
end
$$;
