-- The lowest id from which on rows of the access log are of p_at or later; beyond the newest: one more than its id. Ids rise with time, so it is found by
-- halving, with some forty looks into the key. Rows whose transactions ran side by side may be a moment out of order: who asks leaves a margin.
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
  -- What is sought is between the two, both included.
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
