-- Proposes the erasure of people who have been gone from the platform's query for `p_gone_ms`, unless too many are gone at once (`erasures_withheld`).
-- Called after each pass through all people. Returns how many are withheld.
create or replace function erasures_propose(p_gone_ms bigint, p_percent integer, p_few integer) returns integer
language plpgsql volatile security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
declare
  v_withheld integer;
begin
  if to_regprocedure('{schema}.platform_names(uuid[])') is null
     or not pg_try_advisory_xact_lock(hashtextextended('support_follow_names', 0)) then
    return 0;
  end if;
  v_withheld := erasures_withheld(p_percent, p_few);
  if v_withheld = 0 then
    insert into erasure_proposals (person_id, gone_since, proposed_at)
    select f.person_id, f.gone_since, clock() from platform_people f
    where f.gone_since <= now() - p_gone_ms * interval '1 millisecond'
      and exists (select 1 from people p where p.id = f.person_id)
      and not exists (select 1 from erasure_proposals e where e.person_id = f.person_id)
    order by f.person_id
    on conflict on constraint erasure_proposals_pkey do nothing;
  end if;
  return v_withheld;
end
$$;
grant execute on function erasures_propose(bigint, integer, integer) to {service};
