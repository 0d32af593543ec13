-- Returns the person for the issuer and subject in the session's claims. Returns null if the subject is unknown, or if the subject or the issuer in
-- the claims is not a string. The function has no argument, so that a caller cannot look up other subjects.
create or replace function support_issued_person() returns uuid
language plpgsql stable parallel safe security definer
set search_path = pg_catalog, {schema}, pg_temp
set plan_cache_mode = force_generic_plan
set max_parallel_workers_per_gather = 0
set enable_seqscan = off
as $$
declare
  v_claims constant jsonb := nullif(current_setting('request.jwt.claims', true), '')::jsonb;
begin
  if jsonb_typeof(v_claims -> 'sub') is distinct from 'string' or coalesce(jsonb_typeof(v_claims -> 'iss'), 'string') <> 'string' then
    return null;
  end if;
  return (
    select s.person from people_subjects s where s.issuer = coalesce(v_claims ->> 'iss', '') and s.subject = v_claims ->> 'sub'
  );
end
$$;
grant execute on function support_issued_person() to {customer}, {staff};
