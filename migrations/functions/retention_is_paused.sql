-- Returns whether an admin has paused the schedule of this kind of run. Its runs then stop at their next portion and continue when it is resumed.
create or replace function retention_is_paused(p_kind text) returns boolean
language plpgsql stable
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  return exists (select 1 from schedules s where s.name = 'retention_' || p_kind and s.paused_at is not null);
end
$$;
