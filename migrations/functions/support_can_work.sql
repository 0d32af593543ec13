-- Returns whether this person is a member of staff who is not blocked. Unlike `support_can_be_assigned`, the function takes no locks.
create or replace function support_can_work(p_user uuid) returns boolean
language plpgsql stable
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  return exists (select 1 from user_roles r where r.user_id = p_user)
     and not exists (select 1 from people p where p.id = p_user and p.blocked_at is not null);
end
$$;
