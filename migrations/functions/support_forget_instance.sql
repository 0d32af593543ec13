-- Removes an instance of the service that is shutting down, so that other instances no longer count it.
create or replace function support_forget_instance(p_id uuid) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  delete from service_instances s where s.id = p_id;
end
$$;
grant execute on function support_forget_instance(uuid) to {service};
