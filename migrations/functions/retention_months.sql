-- Returns after how many months a run of this kind acts, by the present settings.
create or replace function retention_months(p_kind text) returns integer
language sql stable
set search_path = pg_catalog, {schema}, pg_temp
as $$
  select case p_kind when 'archive' then p.archive_months when 'delete' then p.delete_months when 'access_log' then p.access_log_months end
  from retention_policy() p
$$;
