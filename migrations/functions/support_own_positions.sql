-- Returns, for the tickets that the caller opened as a customer, the last public event number and the caller's read position. A member of staff
-- learns nothing more about their own tickets: event numbers and times that include internal notes would reveal that a note was written.
create or replace function support_own_positions()
returns table (ticket_id uuid, public_seq bigint, public_last_activity_at timestamptz, waiting_since timestamptz, read_seq bigint)
language plpgsql stable security definer rows 20
set search_path = pg_catalog, {schema}, pg_temp
as $$
#variable_conflict use_column
declare
  v_user constant uuid := support_current_user_id();
begin
  return query
    select h.ticket_id, h.public_seq, h.public_last_activity_at, case when not h.is_over then h.waiting_since end, r.public_seq
    from support_tickets t
    join support_ticket_heads h on h.ticket_id = t.id
    left join support_read_positions r on r.ticket_id = t.id and r.person_id = v_user
    where t.user_id = v_user;
end
$$;
grant execute on function support_own_positions() to {staff};
