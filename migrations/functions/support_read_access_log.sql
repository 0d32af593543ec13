-- Returns a page of access log rows with ids below `p_before`, newest first. Only admins may call this function. A filter that is null matches every
-- row.
--
-- `next_id` is the `p_before` of the next page; it is null at the end of the log. `searched_to` is the time back to which this page has searched, if
-- it stopped before it was full. If no row matches, the function returns one row that has values only in these two columns.
--
-- The person filter and the ticket filter have an index. Other filters are checked row by row, in growing portions, and a page reads at most `p_walk`
-- rows. Conditions are written as row comparisons, so that the planner can use only the intended index, even with wrong statistics.
--
-- `detail` is cut to the first 50 fields and to texts of 1,000 characters. A detail that takes more than 64 KiB in storage is returned empty.
create or replace function support_read_access_log(
  p_user uuid, p_actions text[], p_ticket uuid, p_refused boolean, p_from timestamptz, p_to timestamptz, p_before bigint, p_limit integer, p_walk integer
) returns table (
  id bigint, created_at timestamptz, user_id uuid, user_name text, user_email text, action text, ticket_id uuid, ticket_number text, refused text,
  address text, user_agent text, detail jsonb, detail_cut boolean, next_id bigint, searched_to timestamptz
)
language plpgsql stable security definer
set search_path = pg_catalog, {schema}, pg_temp
set plan_cache_mode = force_custom_plan
set enable_seqscan = off
set enable_bitmapscan = off
set enable_sort = off
as $$
declare
  -- How far access log rows may be out of chronological order.
  v_margin constant interval := interval '5 minutes';
  v_zero constant uuid := '00000000-0000-0000-0000-000000000000';
  v_first bigint := 1;
  v_before bigint := coalesce(p_before, 9223372036854775807);
  v_left integer := p_walk;
  v_portion integer := p_limit + 1;
  v_found bigint[] := '{}';
  v_matched bigint[];
  v_last bigint;
  v_count integer;
  v_next bigint;
  v_searched_to timestamptz;
begin
  perform support_require_admin();
  if p_from is not null then
    v_first := support_access_log_from(p_from - v_margin);
  end if;
  if p_to is not null then
    v_before := least(v_before, support_access_log_from(p_to + v_margin));
  end if;
  loop
    v_portion := least(v_portion, v_left);
    select array_agg(w.id) filter (where (p_user is null or w.user_id = p_user) and (p_actions is null or w.action = any (p_actions))
             and (p_refused is null or (w.refused is not null) = p_refused)
             and (p_from is null or w.created_at >= p_from) and (p_to is null or w.created_at < p_to)),
           min(w.id), count(*)
    into v_matched, v_last, v_count
    from (
      (select l.id, l.user_id, l.action, l.refused, l.created_at from access_log l
       where p_ticket is not null and l.ticket_id is not null
         and (l.ticket_id, l.id) < (coalesce(p_ticket, v_zero), v_before) and (l.ticket_id, l.id) >= (coalesce(p_ticket, v_zero), v_first)
       order by l.ticket_id desc, l.id desc limit v_portion)
      union all
      (select l.id, l.user_id, l.action, l.refused, l.created_at from access_log l
       where p_ticket is null and p_user is not null
         and (l.user_id, l.id) < (coalesce(p_user, v_zero), v_before) and (l.user_id, l.id) >= (coalesce(p_user, v_zero), v_first)
       order by l.user_id desc, l.id desc limit v_portion)
      union all
      (select l.id, l.user_id, l.action, l.refused, l.created_at from access_log l
       where p_ticket is null and p_user is null and l.id < v_before and l.id >= v_first
       order by l.id desc limit v_portion)
    ) w;
    v_found := v_found || array(select m.id from unnest(v_matched) m (id) order by m.id desc);
    v_left := v_left - v_portion;
    if cardinality(v_found) > p_limit then
      v_found := v_found[1:p_limit];
      v_next := v_found[p_limit];
      exit;
    end if;
    exit when v_count < v_portion;
    if v_left <= 0 then
      v_next := v_last;
      v_searched_to := (select l.created_at from access_log l where l.id = v_last);
      exit;
    end if;
    v_before := v_last;
    v_portion := v_portion * 8;
  end loop;
  return query
    select e.id, e.created_at, e.user_id, e.display_name, e.email, e.action, e.ticket_id, e.ticket_number, e.refused, e.address, e.user_agent,
           e.shown, e.shown is distinct from e.detail, v_next, v_searched_to
    from (select 1) one (n)
    left join (
      select l.id, l.created_at, l.user_id, p.display_name, p.email, l.action, l.ticket_id, t.ticket_number, l.refused, host(l.ip_address) as address,
             l.user_agent, l.detail, coalesce(d.shown, '{}') as shown
      from unnest(v_found) f (id)
      join access_log l on l.id = f.id
      left join people p on p.id = l.user_id
      left join support_tickets t on t.id = l.ticket_id
      left join lateral (
        select jsonb_object_agg(left(j.key, 100), case when char_length(j.value #>> '{}') > 1000 then to_jsonb(left(j.value #>> '{}', 1000) || '…') else j.value end) as shown
        from (select x.key, x.value from jsonb_each(case when jsonb_typeof(l.detail) = 'object' then l.detail else '{}' end) x limit 50) j
      ) d on pg_column_size(l.detail) <= 65536
    ) e on true
    order by e.id desc;
end
$$;
grant execute on function support_read_access_log(uuid, text[], uuid, boolean, timestamptz, timestamptz, bigint, integer, integer) to {staff};
