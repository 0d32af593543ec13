-- Returns the timers that wait for an admin because their action failed, the earliest first.
create or replace function timers_list_held(p_limit bigint)
returns table (id bigint, kind text, ticket_id uuid, key text, due_at timestamptz, attempts integer, error text, held_at timestamptz)
language plpgsql stable security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
#variable_conflict use_column
begin
  return query
    select t.id, t.kind, t.ticket_id, t.key, t.due_at, t.attempts, t.error, t.held_at
    from timers t where t.held_at is not null
    order by t.held_at, t.id
    limit p_limit;
end
$$;
grant execute on function timers_list_held(bigint) to {service};
