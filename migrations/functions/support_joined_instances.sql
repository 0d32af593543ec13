-- Returns the ids of the other running instances that have a relay (the message bus between instances). The instance `p_id` should receive relay
-- messages from each of them. `support_record_instance` defines which instances count as running.
create or replace function support_joined_instances(p_id uuid, p_lately_ms bigint) returns setof uuid
language plpgsql stable security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  return query
    select s.id from service_instances s
    where s.id <> p_id and s.has_relay
      and s.seen_at > greatest((select x.started_at from service_instances x where x.id = p_id), clock_timestamp() - p_lately_ms * interval '1 millisecond');
end
$$;
grant execute on function support_joined_instances(uuid, bigint) to {service};
