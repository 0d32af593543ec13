-- Returns whether the caller is blocked. Policies call this function to refuse SQL writes by a blocked person.
create or replace function support_is_blocked() returns boolean
language plpgsql stable security definer
set search_path = pg_catalog, {schema}, pg_temp
set plan_cache_mode = force_generic_plan
set max_parallel_workers_per_gather = 0
set enable_seqscan = off
as $$
begin
  return (
    select exists (select 1 from people p where p.id = (select support_current_user_id()) and p.blocked_at is not null)
  );
end
$$;
grant execute on function support_is_blocked() to {customer}, {staff};
