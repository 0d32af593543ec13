-- Whether the desk has an admin who may sign in: asked at the start, to say so when it has none.
create or replace function support_has_admin() returns boolean
language sql stable security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
  select exists (
    select 1 from user_roles r
    left join people p on p.id = r.user_id
    where r.role = 'admin' and p.blocked_at is null
  )
$$;
grant execute on function support_has_admin() to {service};
