-- The ticket search for staff. Returns the tickets whose folded text contains all words, newest first, and the tickets whose number is in `p_numbers`
-- (the ticket numbers that the search text may mean). If the text is a whole ticket number, only that ticket is returned. A text search for `tkt-1`
-- would read the index entries of every ticket, because all ticket numbers begin with `TKT-`.
--
-- The function first checks in the newest tickets how common the words are, because the trigram index cannot stop early. For a word that is in most
-- of a million tickets, Postgres would read a million index entries; scanning the newest tickets is cheaper.
--
-- Instances of the previous build still call `support_find_tickets`, which remains for one release.
create or replace function support_search_tickets(p_words text[], p_numbers text[], p_limit integer) returns setof uuid
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
  -- Matches a word for which the trigram index has an entry: a word that contains three letters in a row, two letters before another character, or
  -- one letter after another character. In a database whose locale knows only ASCII, letters of other scripts do not count as letters.
  v_known constant text := '[[:alnum:]]{3}|[[:alnum:]]{2}[^[:alnum:]]|[^[:alnum:]][[:alnum:]]';
  -- Sort words that have an index entry before words that have none, and longer words before shorter ones.
  v_words constant text[] := array(
    select f.word
    from unnest(p_words) u (word)
    cross join lateral support_fold(u.word) f (word)
    where f.word <> ''
    order by f.word ~ v_known desc, char_length(f.word) desc
  );
  v_patterns constant text[] := support_search_patterns(v_words);
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
    v_whole := v_whole or v_words = array[support_fold(v_numbered.ticket_number)];
  end loop;
  -- Stop if the search text is a whole ticket number, because its ticket was returned above. Also stop if no word has three letters, except in
  -- scripts that write whole words with two letters.
  if v_whole or coalesce((select max(char_length(w)) from unnest(v_words) w), 0) < 3
     and array_to_string(v_words, '') !~ ('[\u1100-\u11FF\u3005-\u3007\u3041-\u30FF\u3400-\u4DBF\u4E00-\u9FFF\uAC00-\uD7A3\uF900-\uFAFF'
       || '\U00020000-\U0003134F]') then
    return;
  end if;
  if not exists (select from pg_index i where i.indexrelid = to_regclass('support_tickets_folded_idx') and i.indisvalid) then
    return query select u.id from support_search_unindexed(p_words, v_patterns, p_limit) u (id);
    return;
  end if;
  -- The trigram index has no entry for any of the words, so Postgres would read the whole index. Search only the newest tickets instead.
  if v_words[1] !~ v_known then
    return query
      select s.id
      from (select t.id, t.search_folded, t.created_at from support_tickets t order by t.created_at desc, t.id desc limit v_walk) s
      where s.search_folded like all (v_patterns)
      order by s.created_at desc, s.id desc
      limit p_limit;
    return;
  end if;
  select count(*) into v_count
  from (select t.search_folded from support_tickets t order by t.created_at desc, t.id desc limit v_sample) s
  where s.search_folded like all (v_patterns);
  if v_count * 50 >= v_sample then
    v_found := array(
      select s.id
      from (select t.id, t.search_folded, t.created_at from support_tickets t order by t.created_at desc, t.id desc limit v_walk) s
      where s.search_folded like all (v_patterns)
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
    where t.search_folded like v_patterns[1] and t.search_folded like coalesce(v_patterns[2], v_patterns[1])
      and t.search_folded like all (v_patterns)
    limit v_common
  ) f;
  if v_count < v_common then
    return query select unnest(v_found);
  else
    -- Appending an empty string keeps the planner from using the trigram index.
    return query
      select t.id from support_tickets t
      where t.search_folded || '' like all (v_patterns)
      order by t.created_at desc, t.id desc
      limit p_limit;
  end if;
end
$$;
grant execute on function support_search_tickets(text[], text[], integer) to {staff};
