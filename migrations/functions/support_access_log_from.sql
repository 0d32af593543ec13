-- Returns the lowest id from which on all access log rows were written at or after `p_at`. If no row is that recent, returns the newest id plus one.
-- Ids rise with time, so a binary search needs only about 40 index lookups. Rows of concurrent transactions may be slightly out of order, so callers
-- add a margin to `p_at`.
create or replace function support_access_log_from(p_at timestamptz) returns bigint
language plpgsql stable
set search_path = pg_catalog, {schema}, pg_temp
set enable_seqscan = off
set enable_bitmapscan = off
as $$
declare
  v_low bigint := (select l.id from access_log l order by l.id limit 1);
  v_high bigint := (select l.id from access_log l order by l.id desc limit 1) + 1;
  v_middle bigint;
  v_found record;
begin
  -- Loop invariant: the id to return is at least `v_low` and at most `v_high`.
  while v_low < v_high loop
    v_middle := v_low + (v_high - v_low) / 2;
    select l.id, l.created_at into v_found from access_log l where l.id >= v_middle order by l.id limit 1;
    if v_found.created_at < p_at then
      v_low := v_found.id + 1;
    else
      v_high := v_middle;
    end if;
  end loop;
  return coalesce(v_low, 1);
end
$$;
