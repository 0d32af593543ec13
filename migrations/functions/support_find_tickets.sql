-- The ticket search that instances of the previous build call; `support_search_tickets` replaces it. It first checks in the newest tickets how common
-- the words are, because the trigram index cannot stop early. For a word that is in most of a million tickets, Postgres would read a million index
-- entries; scanning the newest tickets is cheaper.
--
-- `p_numbers` contains the ticket numbers that the search text may mean. If the text is a whole ticket number, the function returns only that ticket.
-- A text search for `tkt-1` would read the index entries of every ticket, because all ticket numbers begin with `TKT-`.
create or replace function support_find_tickets(p_patterns text[], p_numbers text[], p_limit integer) returns setof uuid
language plpgsql stable security definer
set search_path = pg_catalog, {schema}, pg_temp
set plan_cache_mode = force_custom_plan
set enable_seqscan = off
as $$
declare
  -- Number of the newest tickets that are checked for common words. If at least one ticket in fifty matches, scanning tickets from newest to oldest
  -- is cheaper than collecting and sorting all matches.
  v_sample constant integer := 1000;
  -- Maximum number of tickets that a scan from newest to oldest reads. Without this limit, words that are common only in the newest tickets would
  -- make the scan read all tickets.
  v_walk constant integer := 50000;
  -- Maximum number of matches that are collected and sorted.
  v_common constant integer := 20000;
  v_patterns constant text[] := array(select lower(p) from unnest(p_patterns) with ordinality as u (p, n) order by n);
  v_numbered record;
  v_whole boolean := false;
  v_found uuid[];
  v_count integer;
begin
  if not support_is_staff() then
    return;
  end if;
  for v_numbered in select t.id, t.ticket_number from support_tickets t where t.ticket_number = any (p_numbers) loop
    return next v_numbered.id;
    v_whole := v_whole or v_patterns = array['%' || lower(v_numbered.ticket_number) || '%'];
  end loop;
  -- Stop here: the search text is a whole ticket number, and its ticket was returned above.
  if v_whole then
    return;
  end if;
  -- A pattern for two letters has no trigram, so Postgres would read the whole index. Some scripts write whole words with two letters; such words are
  -- searched only in the newest tickets.
  if coalesce(char_length(v_patterns[1]), 0) < 5 then
    if array_to_string(v_patterns, '') ~ ('[\u3005-\u3007\u3041-\u30FF\u3400-\u4DBF\u4E00-\u9FFF\uAC00-\uD7A3\uF900-\uFAFF'
        || '\U00020000-\U0003134F]') then
      return query
        select s.id
        from (select t.id, t.search_text, t.created_at from support_tickets t order by t.created_at desc, t.id desc limit v_walk) s
        where s.search_text like all (v_patterns)
        order by s.created_at desc, s.id desc
        limit p_limit;
    end if;
    return;
  end if;
  select count(*) into v_count
  from (select t.search_text from support_tickets t order by t.created_at desc, t.id desc limit v_sample) s
  where s.search_text like all (v_patterns);
  if v_count * 50 >= v_sample then
    v_found := array(
      select s.id
      from (select t.id, t.search_text, t.created_at from support_tickets t order by t.created_at desc, t.id desc limit v_walk) s
      where s.search_text like all (v_patterns)
      order by s.created_at desc, s.id desc
      limit p_limit
    );
    if cardinality(v_found) = p_limit then
      return query select unnest(v_found);
      return;
    end if;
  end if;
  select count(*), (array_agg(f.id order by f.created_at desc, f.id desc))[1:p_limit] into v_count, v_found
  from (
    select t.id, t.created_at from support_tickets t
    where t.search_text like v_patterns[1] and t.search_text like coalesce(v_patterns[2], v_patterns[1])
      and t.search_text like all (v_patterns)
    limit v_common
  ) f;
  if v_count < v_common then
    return query select unnest(v_found);
  else
    -- Appending an empty string keeps the planner from using the trigram index.
    return query
      select t.id from support_tickets t
      where t.search_text || '' like all (v_patterns)
      order by t.created_at desc, t.id desc
      limit p_limit;
  end if;
end
$$;
grant execute on function support_find_tickets(text[], text[], integer) to {staff};
