-- The `like` patterns for the words of a search. The words are folded before wildcards are escaped, because only folding turns a full-width `％` into
-- a wildcard.
create or replace function support_search_patterns(p_words text[]) returns text[]
language sql immutable parallel safe
set search_path = pg_catalog, {schema}, pg_temp
as $$
  select coalesce(array_agg('%' || replace(replace(replace(f.word, '\', '\\'), '%', '\%'), '_', '\_') || '%' order by u.n), '{}')
  from unnest(p_words) with ordinality as u (word, n)
  cross join lateral support_fold(u.word) as f (word)
  where f.word <> ''
$$;
grant execute on function support_search_patterns(text[]) to {customer}, {staff};
