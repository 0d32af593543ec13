-- The filters that only staff can use. The search is a security definer function, because the
-- policies would prevent the use of the trigram index.
($words::text[] is null or t.id = any (array(select {schema}.support_search_tickets($words, $numbers, $matches_max))))
and ($assigned_to::uuid is null or t.assigned_to = $assigned_to)
and (not $unassigned or t.assigned_to is null)
and ($user::uuid is null or t.user_id = $user)
and (not $needs_answer or t.waiting_since is not null)
