-- Whether an administrator of the database is carrying over what another desk recorded (`set helpline.import = 'on'`): messages then move no
-- ticket, and times that are given stay as they are given. The setting counts for an administrator alone:
-- not for the service, nor for a session that acts for a person.
create or replace function support_is_importing() returns boolean
language plpgsql stable
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  return coalesce(current_setting('helpline.import', true), '') = 'on' and not support_names_subject()
    and pg_has_role(session_user, '{owner}'::regrole, 'member');
end
$$;
