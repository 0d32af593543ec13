-- Erases the personal data of a person who is proposed for it, or refuses the proposal. For admins, but not on themselves. A legal hold forbids the
-- erasure. The person's row is deleted, with name and address, and so are roles, subjects, and the names in the histories of their own tickets;
-- `support_follow_people` then removes the copies in tickets and in other histories. Tickets with their texts, files and histories stay, under the person's id. `platform_people` keeps the id, so that someone
-- whose token still works and who signs in again is proposed again; `erased_people` keeps it, so that adoption does not bring the name back. The access
-- log records both decisions.
create or replace function erasure_decide(p_person uuid, p_erase boolean) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  perform support_require_admin();
  if p_person = support_current_user_id() then
    perform support_refuse('forbidden');
  end if;
  if p_erase then
    lock table user_roles in share row exclusive mode;
    -- Check again, because the caller may have lost the admin role while this call waited for the lock.
    perform support_require_admin();
    perform 1 from people p where p.id = p_person for update;
  end if;
  perform 1 from erasure_proposals e where e.person_id = p_person and e.refused_at is null for update;
  if not found then
    perform support_refuse('not_found');
  end if;
  if not p_erase then
    update erasure_proposals e set refused_at = clock(), refused_by = support_current_user_id() where e.person_id = p_person;
  elsif erasure_is_held(p_person) then
    perform support_refuse('legal_hold');
  else
    insert into erased_people as x (person_id, erased_at) values (p_person, clock())
    on conflict on constraint erased_people_pkey
    do update set erased_at = excluded.erased_at, names_up_to = null, is_done = false;
    insert into people_to_follow as f (person_id) values (p_person)
    on conflict on constraint people_to_follow_pkey do update set since = excluded.since;
    delete from user_roles r where r.user_id = p_person;
    delete from people_subjects s where s.person = p_person;
    delete from erasure_proposals e where e.person_id = p_person;
    delete from people p where p.id = p_person;
    -- Histories keep copies of names. Other tickets are left to `erasure_follow`, because there is no index of the actors.
    perform erasure_forget_names(p_person, array(select t.id from support_tickets t where t.user_id = p_person order by t.id limit 200));
    -- Files that no message names belong to no ticket.
    update uploads u set expires_at = clock() where u.owner_id = p_person and u.message_id is null and u.expires_at > clock();
    -- Adoption has kept columns of the platform that Helpline does not know.
    delete from adopted_originals o
    using support_tickets t
    where t.user_id = p_person and o.ticket_id = t.id and o.field like '*%';
  end if;
  insert into access_log (user_id, action, ip_address, user_agent, detail)
  values (support_current_user_id(), case when p_erase then 'person_erased' else 'person_erasure_refused' end,
          support_current_address(), support_current_user_agent(), jsonb_build_object('user', p_person));
end
$$;
grant execute on function erasure_decide(uuid, boolean) to {customer}, {staff};
