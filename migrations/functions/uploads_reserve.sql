-- Reserves an upload, or returns the one that the owner has reserved with this key. The right to send a message of this kind to the ticket is needed,
-- as for the message itself, which is checked again when it is sent. Deleted uploads count for the quota of 24 hours. A
-- quota of the desk is the sum of all files, which takes about 10 ms per hundred thousand.
create or replace function uploads_reserve(
  p_id uuid, p_owner uuid, p_key text, p_name text, p_declared_type text, p_size_bytes bigint, p_ticket uuid, p_is_internal boolean, p_address inet,
  p_open_max integer, p_person_bytes_max bigint, p_ticket_bytes_max bigint, p_desk_bytes_max bigint, p_kept_ms bigint
) returns setof uploads
language plpgsql volatile security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
declare
  v_day constant timestamptz := clock() - interval '24 hours';
  u uploads;
  t support_tickets;
begin
  -- One reservation of a person at a time, and below, of a ticket and of the desk, so that two together do not exceed a quota. Always in this order.
  perform pg_advisory_xact_lock(hashtextextended(p_owner::text, to_regclass('uploads')::oid::bigint));
  select x.* into u from uploads x where x.owner_id = p_owner and x.key = p_key;
  if u.id is not null then
    if (u.name, u.declared_type, u.size_bytes, u.is_internal) is distinct from (p_name, p_declared_type, p_size_bytes, p_is_internal)
       -- The ticket of an upload that was for a new ticket is known by now.
       or (p_ticket is not null or u.message_id is null) and u.ticket_id is distinct from p_ticket then
      perform support_refuse('key_reused');
    elsif u.state = 'gone' then
      perform support_refuse('attachment_gone');
    end if;
    return next u;
    return;
  end if;
  if exists (select 1 from people p where p.id = p_owner and p.blocked_at is not null) then
    perform support_refuse('blocked');
  end if;
  if p_ticket is not null then
    select x.* into t from support_tickets x where x.id = p_ticket;
    if t.id is null or (t.user_id <> p_owner and not exists (select 1 from user_roles r where r.user_id = p_owner)) then
      perform support_refuse('not_found');
    elsif p_is_internal and t.user_id = p_owner then
      perform support_refuse('forbidden');
    elsif t.archived_at is not null then
      perform support_refuse('ticket_archived');
    elsif t.status = 'closed' and not p_is_internal then
      perform support_refuse('ticket_closed');
    end if;
    perform pg_advisory_xact_lock(hashtextextended(p_ticket::text, to_regclass('uploads')::oid::bigint));
    if p_size_bytes + (select coalesce(sum(x.size_bytes), 0) from uploads x where x.ticket_id = p_ticket and x.state <> 'gone') > p_ticket_bytes_max then
      perform support_refuse('quota_exceeded');
    end if;
  elsif p_is_internal then
    perform support_refuse('forbidden');
  end if;
  if p_desk_bytes_max is not null then
    perform pg_advisory_xact_lock(hashtextextended('desk', to_regclass('uploads')::oid::bigint));
  end if;
  if (select count(*) from uploads x
      where x.owner_id = p_owner and x.created_at > v_day and x.message_id is null and x.state <> 'gone' and x.expires_at > clock()) >= p_open_max then
    perform support_refuse('too_many_uploads');
  elsif p_size_bytes + (select coalesce(sum(x.size_bytes), 0) from uploads x where x.owner_id = p_owner and x.created_at > v_day) > p_person_bytes_max
     or p_desk_bytes_max is not null
        and p_size_bytes + (select coalesce(sum(x.size_bytes), 0) from uploads x where x.state <> 'gone') > p_desk_bytes_max then
    perform support_refuse('quota_exceeded');
  end if;
  return query
    insert into uploads (id, owner_id, ticket_id, is_internal, key, name, declared_type, size_bytes, ip_address, created_at, expires_at)
    values (p_id, p_owner, p_ticket, p_is_internal, p_key, p_name, p_declared_type, p_size_bytes, p_address, clock(),
            clock() + interval '1 millisecond' * p_kept_ms)
    returning *;
end
$$;
grant execute on function uploads_reserve(uuid, uuid, text, text, text, bigint, uuid, boolean, inet, integer, bigint, bigint, bigint, bigint) to {service};
