-- Returns the setting `retention`, or its default values. `core` has the same ones.
create or replace function retention_policy(
  out enabled boolean, out archive_months integer, out delete_months integer, out access_log_months integer, out share_max_percent integer
)
language sql stable
set search_path = pg_catalog, {schema}, pg_temp
as $$
  select coalesce((s.value ->> 'enabled')::boolean, true),
         coalesce((s.value ->> 'archive_months')::numeric::integer, 6),
         coalesce((s.value ->> 'delete_months')::numeric::integer, 24),
         coalesce((s.value ->> 'access_log_months')::numeric::integer, 24),
         coalesce((s.value ->> 'share_max_percent')::numeric::integer, 20)
  from (select 1) one
  left join support_settings s on s.name = 'retention'
$$;
