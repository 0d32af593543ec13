-- Prepares a write for the person that the claims name, and returns the person. A person who has never used the desk is created from the claims, as at
-- a first sign-in. The settings that Helpline's triggers read are cleared, because the platform's SQL could have set them to forge an address or to
-- pass a check. Claims without a known subject are refused even for an administrator: writes through this schema are never made by the system.
create or replace function {api}.begin_write() returns uuid
language plpgsql
set search_path = pg_catalog, {schema}, pg_temp
as $$
declare
  v_user uuid;
  v_claims constant jsonb := nullif(current_setting('request.jwt.claims', true), '')::jsonb;
  v_email constant text := v_claims ->> 'email';
begin
  perform set_config('helpline.' || s.name, '', true)
  from unnest(array['address', 'user_agent', 'cause', 'import', 'movers', 'numbered', 'redacting', 'reply_assigns']) as s (name);
  v_user := support_require_user();
  if v_user is null then
    perform support_refuse('not_authenticated');
  end if;
  if not exists (select 1 from people p where p.id = v_user) then
    perform support_sign_in_all(
      array[v_user],
      array[case when char_length(v_email) <= 320 and v_email !~ '[[:cntrl:]]' then nullif(v_email, '') end],
      array[(
        select btrim(n.name)
        from unnest(array[v_claims #>> '{user_metadata,full_name}', v_claims #>> '{user_metadata,name}', v_claims ->> 'name'])
             with ordinality as n (name, place)
        where btrim(n.name) <> '' and char_length(btrim(n.name)) <= 200 and n.name !~ '[[:cntrl:]]'
        order by n.place
        limit 1
      )]);
  end if;
  return v_user;
end
$$;
