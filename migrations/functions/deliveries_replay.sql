-- Makes dead deliveries due again, with all attempts: those with these ids, or, if `p_ids` is null, at most `p_limit` of a receiver that died since
-- `p_since`, the earliest first. For admins. Returns their number.
create or replace function deliveries_replay(p_ids uuid[], p_kind text, p_receiver text, p_since timestamptz, p_limit bigint) returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
declare
  v_rows bigint;
begin
  perform support_require_admin();
  update deliveries d
  set dead_at = null, attempts = 0, next_at = clock(), replays = d.replays + 1
  where d.dead_at is not null
    and d.id in (
      select x.id from deliveries x
      where x.dead_at is not null
        and (x.id = any (p_ids) or p_ids is null and x.kind = p_kind and x.receiver = p_receiver and x.dead_at >= p_since)
      order by x.dead_at, x.id
      limit p_limit
    );
  get diagnostics v_rows = row_count;
  insert into access_log (user_id, action, ip_address, user_agent, detail)
  values (support_current_user_id(), 'deliveries_replayed', support_current_address(), support_current_user_agent(),
          jsonb_build_object('count', v_rows, 'ids', p_ids, 'kind', p_kind, 'receiver', p_receiver, 'since', p_since));
  return v_rows;
end
$$;
grant execute on function deliveries_replay(uuid[], text, text, timestamptz, bigint) to {customer}, {staff};
