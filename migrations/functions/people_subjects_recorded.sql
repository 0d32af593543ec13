-- Records in the access log that a token issuer's subject (its `sub`) was mapped to another person. The subject is not stored in the log, because log
-- rows are kept when a person's data is erased. The mapping that a first sign-in inserts is not recorded, because its person's UUID can be computed
-- from the subject.
create or replace function people_subjects_recorded() returns trigger
language plpgsql security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  if tg_op = 'INSERT' and new.person = support_subject_person(new.issuer, new.subject) then
    return null;
  end if;
  if tg_op in ('DELETE', 'UPDATE') then
    insert into access_log (user_id, action, ip_address, user_agent, detail)
    values (support_current_user_id(), 'subject_unmapped', support_current_address(), support_current_user_agent(),
            jsonb_build_object('user', old.person, 'issuer', old.issuer));
  end if;
  if tg_op in ('INSERT', 'UPDATE') then
    insert into access_log (user_id, action, ip_address, user_agent, detail)
    values (support_current_user_id(), 'subject_mapped', support_current_address(), support_current_user_agent(),
            jsonb_build_object('user', new.person, 'issuer', new.issuer));
  end if;
  return null;
end
$$;
