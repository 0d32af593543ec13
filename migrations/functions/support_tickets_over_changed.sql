-- A ticket ends, or is taken up again: seldom, beside what its messages bump.
create or replace function support_tickets_over_changed() returns trigger
language plpgsql security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  update support_ticket_heads h set is_over = support_is_over(new.status) where h.ticket_id = new.id;
  return null;
end
$$;
