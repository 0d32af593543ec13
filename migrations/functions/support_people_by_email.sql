-- Returns at most `p_limit` people with this email address, ignoring case, in the order in which they first signed in. Only admins may call this
-- function. Several people may have one address: one person with accounts at two providers, or a person who claims someone else's address.
--
-- `subject` contains the token issuer and the `sub` of a person whose `sub` is not a UUID, and is null for other people.
--
-- The function is security definer, because row-level security would prevent the use of the index on the address.
create or replace function support_people_by_email(p_email text, p_limit bigint)
returns table (id uuid, display_name text, email text, role text, blocked boolean, first_name text, created_at timestamptz, last_seen_at timestamptz, subject text)
language plpgsql stable security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  perform support_require_admin();
  return query
    select p.id, p.display_name, p.email, (select min(r.role) from user_roles r where r.user_id = p.id), p.blocked_at is not null, p.first_name,
           p.created_at, p.last_seen_at,
           (select min(concat_ws(' ', nullif(s.issuer, ''), s.subject)) from people_subjects s where s.person = p.id)
    from people p
    where p.email is not null and lower(p.email) = lower(p_email)
    order by p.created_at, p.id
    limit p_limit;
end
$$;
grant execute on function support_people_by_email(text, bigint) to {staff};
