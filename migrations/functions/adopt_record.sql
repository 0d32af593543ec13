-- Records in the access log that a step of the adoption begins or has ended. For administrators of the database, acting as the owner: no role has a
-- grant on this function.
create or replace function adopt_record(p_has_ended boolean, p_detail jsonb) returns void
language plpgsql
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  insert into access_log (action, detail) values (case when p_has_ended then 'adoption_ended' else 'adoption_started' end, p_detail);
end
$$;
