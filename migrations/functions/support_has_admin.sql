-- Returns whether there is an admin other than `p_besides` who has signed in and is not blocked. If `p_besides` is null, every admin counts.
create or replace function support_has_admin(p_besides uuid) returns boolean
language sql stable security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
  select exists (
    select 1 from user_roles r
    join people p on p.id = r.user_id
    where r.role = 'admin' and p.blocked_at is null and r.user_id is distinct from p_besides
  )
$$;
grant execute on function support_has_admin(uuid) to {service};
