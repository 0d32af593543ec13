-- The ticket search that is used while the backfill of `search_folded` is running, when the column has no index yet. It combines the result of
-- `support_find_tickets`, which searches a column that has an index, with the matches among the folded texts of the newest tickets.
create or replace function support_search_unindexed(p_words text[], p_patterns text[], p_limit integer) returns setof uuid
language plpgsql stable
set search_path = pg_catalog, {schema}, pg_temp
set plan_cache_mode = force_custom_plan
set enable_seqscan = off
as $$
declare
  v_walk constant integer := 50000;
  -- Number of the newest tickets whose text the search folds (makes comparable) itself, if their `search_folded` is still null.
  v_unfilled constant integer := 5000;
  v_before constant text[] := array(
    select '%' || replace(replace(replace(u.word, '\', '\\'), '%', '\%'), '_', '\_') || '%'
    from unnest(p_words) u (word)
    order by char_length(u.word) desc
  );
begin
  return query
    select t.id
    from support_tickets t
    where t.id in (
      select f.id from support_find_tickets(v_before, '{}', p_limit) f (id)
      union all
      select s.id
      from (
        select n.id, case when n.search_folded is not null or n.place > v_unfilled then n.search_folded else support_fold(n.search_text) end as folded
        from (
          select w.id, w.search_folded, w.search_text, row_number() over (order by w.created_at desc, w.id desc) as place
          from (select t.id, t.search_folded, t.search_text, t.created_at from support_tickets t
                order by t.created_at desc, t.id desc limit v_walk) w
        ) n
      ) s
      where s.folded like all (p_patterns)
    )
    order by t.created_at desc, t.id desc
    limit p_limit;
end
$$;
