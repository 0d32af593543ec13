-- Unassigns tickets from people who were blocked or lost a role, if they cannot work on tickets any more. It handles one portion per person and
-- leaves further tickets, and locked tickets, to `support_follow_people`. It never waits for a ticket: the transaction that has locked the ticket may
-- be waiting for a person whom this transaction has locked.
--
-- There is one case that only `support_follow_people` handles: two concurrent transactions each remove one of a person's two roles. Neither
-- transaction sees that the person has no role left.
create or replace function support_unassign_all(p_users uuid[]) returns void
language plpgsql
set search_path = pg_catalog, {schema}, pg_temp
as $$
declare
  v_portion constant integer := 200;
  v_user uuid;
begin
  for v_user in select distinct u.id from unnest(p_users) as u (id) where u.id is not null order by u.id loop
    perform support_unassign(v_user, v_portion);
    if exists (select 1 from support_tickets t where t.assigned_to = v_user and t.archived_at is null and not support_is_over(t.status)) then
      insert into people_to_follow as f (person_id) values (v_user)
      on conflict on constraint people_to_follow_pkey do update set since = excluded.since;
    end if;
  end loop;
end
$$;
