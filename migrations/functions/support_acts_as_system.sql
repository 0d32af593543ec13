-- Returns whether background work acts on its own behalf and not for a person. It is true only while the session's role is the service, which is set
-- with `set role`: a customer's or staff member's statements run under other roles, which cannot switch to the service's role. The service's role can
-- execute only the functions that are granted to it. The setting `role` keeps its value inside functions that run with their owner's privileges.
create or replace function support_acts_as_system() returns boolean
language plpgsql stable
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  return not support_names_subject() and coalesce(to_regrole(quote_ident(current_setting('role'))) = to_regrole('{service}'), false);
end
$$;
