-- Sets the privileges on the schema `{api}`: the platform's role gets exactly those below, and every
-- other grant is revoked. A hosting platform's default privileges may have granted more. All of it is
-- one transaction, so that no request of the platform meets a moment without privileges.
--
-- People write only the columns below. Helpline sets all others.
do $$
declare
  v record;
begin
  set local role {owner};
  for v in
    select distinct g.object, case when g.grantee = 0 then 'public' else g.grantee::regrole::text end as grantee
    from (
      select format('schema %s', n.oid::regnamespace) as object, a.grantee
      from pg_namespace n cross join lateral aclexplode(n.nspacl) a
      where n.oid = to_regnamespace('{api}')
      union all
      select format('table %s', c.oid::regclass), a.grantee
      from pg_class c
      cross join lateral (
        select x.grantee from aclexplode(c.relacl) x
        union
        select x.grantee from pg_attribute t cross join lateral aclexplode(t.attacl) x where t.attrelid = c.oid
      ) a
      where c.relnamespace = to_regnamespace('{api}') and c.relowner = '{owner}'::regrole
      union all
      select format('routine %s', p.oid::regprocedure), a.grantee
      from pg_proc p cross join lateral aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
      where p.pronamespace = to_regnamespace('{api}') and p.proowner = '{owner}'::regrole
    ) g
    where g.grantee <> '{owner}'::regrole
  loop
    execute format('revoke all on %s from %s cascade', v.object, v.grantee);
  end loop;
  grant usage on schema {api} to {platform};
  grant select on {api}.support_tickets, {api}.support_messages, {api}.support_ticket_activity, {api}.support_ticket_stats to {platform};
  grant insert (user_id, user_email, user_name, subject, category, priority, status) on {api}.support_tickets to {platform};
  grant update (status, priority, category, assigned_to, customer_rating, customer_feedback, updated_at, last_activity_at)
    on {api}.support_tickets to {platform};
  grant insert (ticket_id, sender_id, sender_type, message, is_internal) on {api}.support_messages to {platform};
  grant update (message) on {api}.support_messages to {platform};
  grant execute on function {api}.current_person_id(), {api}.is_staff(), {api}.ticket_stats(),
    {api}.update_ticket_status(uuid, text, uuid), {api}.assign_ticket(uuid, uuid, uuid),
    {api}.log_ticket_activity(uuid, text, uuid, text, text, text, text) to {platform};
  reset role;
end
$$
