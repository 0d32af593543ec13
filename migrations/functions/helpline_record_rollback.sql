-- Records a restore when an instance of the service can prove that the database went back in time. There are two proofs: the instance has seen a
-- snapshot that is newer than the database's current one, or it has published an event with a higher number than the ticket's last event. Returns the
-- current epoch. The epoch is new if this call, or another instance, has just recorded the restore.
create or replace function helpline_record_rollback(p_epoch text, p_snapshot text, p_ticket uuid, p_seq bigint) returns text
language plpgsql volatile security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  perform 1 from helpline_restores r for update;
  if helpline_epoch() = p_epoch
     and (pg_snapshot_xmax(p_snapshot::pg_snapshot) > pg_snapshot_xmax(pg_current_snapshot())
          or exists (select 1 from support_ticket_heads h where h.ticket_id = p_ticket and h.seq < p_seq)) then
    perform helpline_record_restore();
  end if;
  return helpline_epoch();
end
$$;
grant execute on function helpline_record_rollback(text, text, uuid, bigint) to {service};
