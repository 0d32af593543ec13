-- Archives or deletes these tickets, whose locks the caller has. Only this function and `adopt_remove` delete tickets. Constraints that are checked at
-- the end of the transaction are checked here.
create or replace function retention_change(p_kind text, p_now timestamptz, p_tickets uuid[]) returns void
language plpgsql volatile
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  if p_kind = 'archive' then
    update support_tickets t set archived_at = p_now where t.id = any (p_tickets);
  else
    -- Deleting a ticket also deletes its history, through a foreign key with `on delete cascade`. The history table is append-only: its trigger
    -- allows the deletion only while `helpline.append_only_door` is set. Only retention and redaction set it.
    perform set_config('helpline.append_only_door', 'open', true);
    delete from adopted_originals o where o.ticket_id = any (p_tickets);
    delete from support_tickets t where t.id = any (p_tickets);
    update adopted_tickets a set deleted_at = p_now where a.ticket_id = any (p_tickets);
    perform set_config('helpline.append_only_door', '', true);
  end if;
  set constraints all immediate;
end
$$;
