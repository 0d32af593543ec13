-- Records that this instance of the service is running. Returns how many other instances are running, and how many of them have no relay (the message
-- bus between instances). Another instance counts as running if it was seen recently and after this instance started, so an instance that was killed
-- before this instance started does not count. Rows whose `seen_at` is long past or in the future, for example after a restore, are deleted.
create or replace function support_record_instance(p_id uuid, p_has_relay boolean, p_lately_ms bigint)
returns table (others bigint, others_alone bigint)
language plpgsql volatile security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
declare
  v_now constant timestamptz := clock_timestamp();
  v_lately constant interval := p_lately_ms * interval '1 millisecond';
  v_started timestamptz;
begin
  delete from service_instances s
  where s.id in (select x.id from service_instances x where x.id <> p_id and x.seen_at not between v_now - 10 * v_lately and v_now + v_lately
                 for update skip locked);
  insert into service_instances as s (id, has_relay, started_at, seen_at) values (p_id, p_has_relay, v_now, v_now)
  on conflict on constraint service_instances_pkey do update
    -- Keep the earlier of the two start times: if the clock was set back after this instance started, a start time in the future would hide all other
    -- instances.
    set seen_at = excluded.seen_at, has_relay = excluded.has_relay, started_at = least(s.started_at, excluded.started_at)
  returning s.started_at into v_started;
  return query
    select count(*), count(*) filter (where not s.has_relay) from service_instances s
    where s.id <> p_id and s.seen_at > greatest(v_started, v_now - v_lately);
end
$$;
grant execute on function support_record_instance(uuid, boolean, bigint) to {service};
