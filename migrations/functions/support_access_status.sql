-- `public_name` is the name that customers see for a member of staff.
create or replace function support_access_status(p_users uuid[])
returns table (id uuid, display_name text, email text, role text, blocked boolean, public_name text)
language plpgsql stable security definer
set search_path = pg_catalog, {schema}, pg_temp
set plan_cache_mode = force_generic_plan
set max_parallel_workers_per_gather = 0
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set enable_material = off
as $$
#variable_conflict use_column
begin
  return query
    select u.id, p.display_name, p.email, (select min(r.role) from user_roles r where r.user_id = u.id), p.blocked_at is not null, p.first_name
    from unnest(p_users) as u (id)
    left join people p on p.id = u.id;
end
$$;
grant execute on function support_access_status(uuid[]) to {service};
