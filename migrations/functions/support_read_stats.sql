create or replace function support_read_stats() returns setof support_ticket_stats
language sql stable security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
  select s.* from support_ticket_stats s
$$;
grant execute on function support_read_stats() to {service};
