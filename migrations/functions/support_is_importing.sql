-- Returns whether an administrator of the database is importing data from another support desk (`set helpline.import = 'on'`). During an import,
-- messages do not change the status of their ticket, and timestamps in the imported rows are kept. The setting has no effect for the service, nor for
-- sessions with claims of a person.
create or replace function support_is_importing() returns boolean
language plpgsql stable
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  return coalesce(current_setting('helpline.import', true), '') = 'on' and not support_names_subject()
    and pg_has_role(session_user, '{owner}'::regrole, 'member');
end
$$;
