-- Returns a number that identifies this database's history of ticket events: a digest of the Postgres cluster's identifier and the oids of the
-- database and of the history table. The function has the same name and the same result as the one in V4__history.sql. It replaces that one because
-- it takes half the time (measured), and every append of messages calls it.
create or replace function helpline_cluster() returns bigint
language plpgsql stable parallel safe
set search_path = pg_catalog, {schema}, pg_temp
as $$
declare
  v_database bigint;
begin
  select d.oid into v_database from pg_database d where d.datname = current_database();
  return ('x' || substr(encode(sha256(int8send((pg_control_system()).system_identifier) || int8send(v_database)
                                      || int8send(to_regclass('support_ticket_activity')::oid::bigint)), 'hex'), 1, 16))::bit(64)::bigint;
end
$$;
