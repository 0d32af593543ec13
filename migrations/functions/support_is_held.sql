-- Returns whether a ticket or a person has a legal hold that is not released. `support_tickets.legal_hold` is another reason to keep a ticket, which
-- callers check themselves, because they have the row at hand.
create or replace function support_is_held(p_ticket uuid, p_person uuid) returns boolean
language plpgsql stable
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  return exists (select 1 from legal_holds h where h.released_at is null and h.ticket_id = p_ticket)
      or exists (select 1 from legal_holds h where h.released_at is null and h.person_id = p_person);
end
$$;
