-- Returns the caller's staff role, the higher one if the caller has two. Returns null for customers and for blocked people. It is a security definer
-- function, so that policies that call it need no privilege on `user_roles`.
create or replace function support_current_role() returns text
language plpgsql stable security definer
set search_path = pg_catalog, {schema}, pg_temp
set plan_cache_mode = force_generic_plan
set max_parallel_workers_per_gather = 0
set enable_seqscan = off
as $$
begin
  return (
    select min(r.role)
    from user_roles r
    where r.user_id = (select support_current_user_id())
      and not exists (select 1 from people p where p.id = r.user_id and p.blocked_at is not null)
  );
end
$$;
grant execute on function support_current_role() to {customer}, {staff};
