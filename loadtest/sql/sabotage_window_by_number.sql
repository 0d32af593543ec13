-- Sabotage, to test that the checker finds the bug. Takes a consumer's window by transaction numbers only: events of transactions that were running
-- when the window ended are then never read.
create or replace function helpline.consumers_unseen(
  p_cluster bigint, p_seen pg_snapshot, p_upto pg_snapshot, p_ticket uuid, p_seq bigint, p_limit bigint
)
returns table (ticket_id uuid, seq bigint, xid xid8, created_at timestamptz)
language plpgsql stable
set search_path = pg_catalog, helpline, pg_temp
as $$
#variable_conflict use_column
begin
  return query
    select a.ticket_id, a.seq, a.xid, a.created_at from support_ticket_activity a
    where a.cluster = p_cluster and a.xid >= pg_snapshot_xmax(p_seen) and (p_upto is null or a.xid < pg_snapshot_xmax(p_upto))
      and (p_ticket is null or (a.ticket_id, a.seq) > (p_ticket, p_seq))
    limit p_limit;
end
$$
