-- Returns the `like` patterns for the words of a search. Words are folded before their wildcards are escaped, because folding turns a full-width `％`
-- into the wildcard `%`.
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
