-- This instance is leaving: others are not to count it.
create or replace function support_forget_instance(p_id uuid) returns void
language sql volatile security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
  delete from service_instances s where s.id = p_id
$$;
grant execute on function support_forget_instance(uuid) to {service};
