-- The search in a customer's own tickets. A ticket matches if it has one of the numbers that the
-- search text may mean. It also matches if every word occurs in its subject or in one of its public
-- messages; internal notes are not searched. Each text is folded (made comparable) only once, even
-- if there are several words.
($words::text[] is null or t.ticket_number = any ($numbers) or (
  select cardinality(s.patterns) > 0 and cardinality(s.patterns) = (
    select count(distinct w.n)
    from (
      select x.text
      from (
        select {schema}.support_fold(t.search_text) as text
        union all
        select {schema}.support_fold(m.body) from {schema}.support_messages m where m.ticket_id = t.id and not m.is_internal
      ) x
      offset 0
    ) f
    cross join lateral (select u.n from unnest(s.patterns) with ordinality u (p, n) where f.text like u.p) w
  )
  from (select {schema}.support_search_patterns($words) as patterns offset 0) s
))
