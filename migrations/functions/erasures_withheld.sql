-- Returns how many people are gone from the platform's query and are not proposed for erasure because there are too many of them at once: more than
-- `p_few`, and more than `p_percent` percent of all people whom Helpline knows and the query has returned; or all of them, however few. That is what a copy of the
-- platform without its people looks like, or a restore that is under way. Otherwise 0. People who are proposed already, and those who were erased
-- within a day, count too: many do not become few by going one after the other.
create or replace function erasures_withheld(p_percent integer, p_few integer) returns integer
language plpgsql stable
set search_path = pg_catalog, {schema}, pg_temp
as $$
declare
  v_gone integer;
  v_proposed integer;
  v_erased integer;
  v_all integer;
  v_present boolean;
begin
  select count(*) into v_gone from platform_people f
  where f.gone_since is not null and exists (select 1 from people p where p.id = f.person_id)
    and not exists (select 1 from erasure_proposals e where e.person_id = f.person_id);
  if v_gone = 0 then
    return 0;
  end if;
  select count(*), bool_or(f.gone_since is null) into v_all, v_present from platform_people f
  where exists (select 1 from people p where p.id = f.person_id);
  select count(*) into v_proposed from erasure_proposals e
  where e.refused_at is null and exists (select 1 from people p where p.id = e.person_id);
  select count(*) into v_erased from erased_people x where x.erased_at > clock() - interval '1 day';
  return case when not v_present or (v_gone + v_proposed + v_erased > p_few
                                     and (v_gone + v_proposed + v_erased)::bigint * 100 > (v_all + v_erased)::bigint * p_percent) then v_gone else 0 end;
end
$$;
