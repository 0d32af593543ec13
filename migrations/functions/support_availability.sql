-- Returns what visitors may know before they sign in: the opening hours, the away notice, and whether an agent is online.
create or replace function support_availability(p_fresh_ms bigint)
returns table (opening_hours jsonb, away_notice jsonb, agents_online boolean)
language sql stable security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
  select (select s.value from support_settings s where s.name = 'opening_hours'),
         (select s.value from support_settings s where s.name = 'away_notice'),
         exists (
           select 1 from user_roles r
           join people p on p.id = r.user_id
           where p.blocked_at is null and p.last_seen_at > now() - p_fresh_ms * interval '1 millisecond'
         )
$$;
grant execute on function support_availability(bigint) to {service};
