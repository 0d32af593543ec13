-- Opening hours with holidays are longer than a setting could be.
-- Under traffic: a check over a table of a few rows, held for the moment of its change; the build before writes shorter values, and takes a longer
-- one for none. Safe.
alter table support_settings
  drop constraint support_settings_value_check,
  add constraint support_settings_value_check check (octet_length(value::text) <= 65536);
