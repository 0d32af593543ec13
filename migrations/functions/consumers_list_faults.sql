-- Returns the tickets of which a consumer could not handle an event, those that wait for an admin first.
create or replace function consumers_list_faults(p_limit bigint)
returns table (consumer text, ticket_id uuid, seq bigint, last_seq bigint, attempts integer, error text, failed_at timestamptz, held_at timestamptz)
language plpgsql stable security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
#variable_conflict use_column
begin
  return query
    select f.consumer, f.ticket_id, f.seq, f.last_seq, f.attempts, f.error, f.failed_at, f.held_at
    from consumer_faults f
    order by f.held_at, f.failed_at, f.consumer, f.ticket_id
    limit p_limit;
end
$$;
grant execute on function consumers_list_faults(bigint) to {service};
