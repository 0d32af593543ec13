-- Returns the median time in seconds from the opening of a ticket to its first answer. Only the newest `p_tickets_max` tickets of the last `p_days`
-- days are considered, and at most `p_answers_max` answered tickets of these. Returns null if fewer than `p_answers_min` answered tickets are found.
create or replace function support_first_answer_s(p_days integer, p_tickets_max integer, p_answers_max integer, p_answers_min integer) returns bigint
language sql stable security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
  select case when count(*) >= p_answers_min
              then round((percentile_cont(0.5) within group (order by x.seconds))::numeric)::bigint end
  from (
    select extract(epoch from n.first_response_at - n.created_at)::double precision as seconds
    from (
      select t.created_at, t.first_response_at from support_tickets t
      where t.created_at > now() - p_days * interval '1 day'
      order by t.created_at desc, t.id desc
      limit p_tickets_max
    ) n
    where n.first_response_at >= n.created_at
    order by n.created_at desc
    limit p_answers_max
  ) x
$$;
grant execute on function support_first_answer_s(integer, integer, integer, integer) to {service};
