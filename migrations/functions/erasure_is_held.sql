-- Returns whether a legal hold on the person, or on a ticket that the person opened, forbids the erasure of the person's data.
create or replace function erasure_is_held(p_person uuid) returns boolean
language plpgsql stable
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  return support_is_held(null, p_person)
      or exists (select 1 from support_tickets t where t.user_id = p_person and (t.legal_hold or support_is_held(t.id, null)));
end
$$;
