-- Returns the epoch: a text that changes when the database is restored or replaced, because event numbers may then repeat. It consists of the
-- cluster's identifier, the oids of the database and of the history table, the Postgres timeline, and the number of recorded restores. A restore into
-- the same database gives the history table a new oid. A copy of the data directory starts with the epoch of its original; its epoch changes only
-- with a new timeline or a recorded restore.
create or replace function helpline_epoch() returns text
language plpgsql volatile security definer
set search_path = pg_catalog, {schema}, pg_temp
set plan_cache_mode = force_generic_plan
set max_parallel_workers_per_gather = 0
as $$
begin
  return (
    select concat_ws('-', to_hex(s.system_identifier), to_hex(d.oid::bigint), to_hex(to_regclass('support_ticket_activity')::oid::bigint),
                     to_hex(('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::bigint), r.restores)
    from pg_control_system() s, pg_database d, helpline_restores r
    where d.datname = current_database()
  );
end
$$;
grant execute on function helpline_epoch() to {service};
