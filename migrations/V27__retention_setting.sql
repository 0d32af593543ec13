-- The setting `retention` decides what is deleted, so the database itself checks its form, also if an administrator writes it. `core` has the same rule.
-- Under traffic: a table of few rows, held for a moment. Safe.
alter table support_settings
  add constraint support_settings_retention_check check (name <> 'retention' or coalesce(
    jsonb_typeof(value -> 'enabled') = 'boolean'
    and value @@ '$.archive_months >= 1 && $.archive_months <= 240 && $.archive_months.floor() == $.archive_months'
    and value @@ '$.delete_months >= 1 && $.delete_months <= 240 && $.delete_months.floor() == $.delete_months'
    and value @@ '$.access_log_months >= 3 && $.access_log_months <= 240 && $.access_log_months.floor() == $.access_log_months'
    and value @@ '$.share_max_percent >= 1 && $.share_max_percent <= 100 && $.share_max_percent.floor() == $.share_max_percent'
    and value @@ '$.day >= 1 && $.day <= 28 && $.day.floor() == $.day'
    and jsonb_typeof(value -> 'at') = 'string' and value ->> 'at' ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'
    and jsonb_typeof(value -> 'zone') = 'string' and value ->> 'zone' ~ '^[A-Za-z0-9_+/-]{1,64}$', false));
