-- Stores the people whom adopted tickets name. Names and addresses of people who are known stay, except that missing ones are filled; people who no
-- longer exist on the platform are blocked. A person who was erased is not stored again. For administrators of the database, acting as the owner: no role has a grant on this function.
create or replace function adopt_people(p_people jsonb) returns void
language plpgsql
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  insert into people as k (id, email, display_name, blocked_at)
  select x.id, x.email, x.display_name, case when x.is_blocked then now() end
  from jsonb_to_recordset(p_people) as x (id uuid, email text, display_name text, is_blocked boolean)
  where not exists (select 1 from erased_people e where e.person_id = x.id)
  order by x.id
  on conflict on constraint people_pkey do update
  set email = coalesce(k.email, excluded.email), display_name = coalesce(k.display_name, excluded.display_name),
      blocked_at = coalesce(k.blocked_at, excluded.blocked_at)
  where (k.email is null and excluded.email is not null) or (k.display_name is null and excluded.display_name is not null)
     or (k.blocked_at is null and excluded.blocked_at is not null);
end
$$;
