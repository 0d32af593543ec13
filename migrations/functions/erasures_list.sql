-- Returns the people who are proposed for erasure, those first who were proposed first, and how many are withheld (`erasures_withheld`) in each row.
-- The last row has no person, so that there always is one. For admins only; an admin does not see the own person.
create or replace function erasures_list(p_limit integer, p_percent integer, p_few integer)
returns table (person uuid, name text, email text, gone_since timestamptz, proposed_at timestamptz, tickets bigint, held boolean, withheld integer)
language plpgsql stable security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
declare
  v_withheld constant integer := erasures_withheld(p_percent, p_few);
begin
  perform support_require_admin();
  return query
    select e.person_id, p.display_name, p.email, e.gone_since, e.proposed_at,
           (select count(*) from support_tickets t where t.user_id = e.person_id), erasure_is_held(e.person_id), v_withheld
    from erasure_proposals e
    join people p on p.id = e.person_id
    where e.refused_at is null and e.person_id is distinct from support_current_user_id()
    order by e.proposed_at, e.person_id
    limit p_limit;
  return query select null::uuid, null, null, null::timestamptz, null::timestamptz, null::bigint, null::boolean, v_withheld;
end
$$;
grant execute on function erasures_list(integer, integer, integer) to {customer}, {staff};
