-- What the gateway itself must know, whoever is connected: rows and heads of its rooms, the news since its last look, the epoch.
-- Under traffic: new functions and a one-row table; safe.

set local role helpline_owner;

-- A counter that the operator raises after restoring a backup, so that clients know that numbers were taken back.
create table helpline_restores (
  only_row boolean not null default true,
  restores bigint not null default 0,
  constraint helpline_restores_pkey primary key (only_row),
  constraint helpline_restores_only_row_check check (only_row)
);
insert into helpline_restores (restores) values (0);
alter table helpline_restores enable row level security;
alter table helpline_restores force row level security;
create policy helpline_restores_owner on helpline_restores to helpline_owner using (true) with check (true);

-- To be called by the operator after a restore.
create function helpline_note_restore() returns bigint
language sql security definer
set search_path = pg_catalog, public, pg_temp
as $$
  update helpline_restores set restores = restores + 1 returning restores
$$;

-- Which history the numbers belong to: cluster, timeline, restores.
create function helpline_epoch() returns text
language sql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
  select to_hex(s.system_identifier) || '-' || to_hex(('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::bigint) || '-' || r.restores
  from pg_control_system() s, helpline_restores r
$$;

create function helpline_schema_version() returns integer
language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
  return (select max(m.version) from helpline_migrations m);
end
$$;

-- Rows after each place, at most so many of each ticket.
create function support_rows_after(p_tickets uuid[], p_after bigint[], p_limit integer) returns setof support_history
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
  select r.*
  from unnest(p_tickets, p_after) as b (ticket_id, after)
  cross join lateral (
    select x.* from support_history x where x.ticket_id = b.ticket_id and x.seq > b.after order by x.seq limit p_limit
  ) r
  order by r.ticket_id, r.seq
$$;

-- The rows that this very transaction has written.
create function support_rows_written() returns setof support_history
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
  select r.* from support_history r where r.xid = pg_current_xact_id_if_assigned() order by r.ticket_id, r.seq
$$;

create function support_heads(p_tickets uuid[]) returns table (ticket_id uuid, seq bigint, public_seq bigint)
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
  select h.ticket_id, h.seq, h.public_seq from support_ticket_heads h where h.ticket_id = any (p_tickets)
$$;

-- What a decision and a join need to know, by id or by number.
create function support_open(p_id uuid, p_number text)
returns table (id uuid, user_id uuid, status text, archived boolean, seq bigint, public_seq bigint)
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
  select t.id, t.user_id, t.status, t.archived_at is not null, h.seq, h.public_seq
  from support_tickets t
  join support_ticket_heads h on h.ticket_id = t.id
  where t.id = p_id
  union all
  select t.id, t.user_id, t.status, t.archived_at is not null, h.seq, h.public_seq
  from support_tickets t
  join support_ticket_heads h on h.ticket_id = t.id
  where t.ticket_number = p_number
$$;

-- What became visible since the snapshot of the last look, whatever wrote it and however long its transaction was open: rows of
-- transactions that began after it, or were in flight in it. One statement, one snapshot; two ranges of the index on xid.
create function support_sweep(p_since text) returns table (snapshot text, epoch text, tickets uuid[], seqs bigint[])
language sql volatile security definer
set search_path = pg_catalog, public, pg_temp
set enable_seqscan = off
as $$
  with moved as (
    select f.ticket_id, max(f.seq) as seq
    from (
      select a.ticket_id, a.seq from support_ticket_activity a where a.xid >= pg_snapshot_xmax(p_since::pg_snapshot)
      union all
      select a.ticket_id, a.seq from support_ticket_activity a where a.xid = any (array(select pg_snapshot_xip(p_since::pg_snapshot)))
    ) f
    group by f.ticket_id
  )
  select pg_current_snapshot()::text, helpline_epoch(), coalesce(array_agg(m.ticket_id), '{}'), coalesce(array_agg(m.seq), '{}')
  from moved m
$$;

grant execute on function helpline_epoch(), helpline_schema_version(), support_rows_after(uuid[], bigint[], integer), support_rows_written(),
  support_heads(uuid[]), support_open(uuid, text), support_sweep(text) to helpline_service;

reset role;
