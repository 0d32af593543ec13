-- Opening hours with holidays are longer than a setting could be. Saved replies have folders, and may be one person's own: a shortcut is then
-- unique among the shared ones, and among each person's.
-- Under traffic: two tables of few rows, each held for the moment of its change. The build before writes shorter settings and takes a longer one for
-- none; it writes shared replies, and knows the index of their shortcuts by the name that the constraint had. Safe.
alter table support_settings
  drop constraint support_settings_value_check,
  add constraint support_settings_value_check check (octet_length(value::text) <= 65536);

alter table support_saved_replies
  add column folder text,
  add column owner uuid,
  add constraint support_saved_replies_folder_check check (char_length(folder) between 1 and 60 and folder !~ '[[:cntrl:]]'),
  drop constraint support_saved_replies_shortcut_key;
create unique index support_saved_replies_shortcut_key on support_saved_replies (shortcut) where owner is null;
create unique index support_saved_replies_own_shortcut_key on support_saved_replies (owner, shortcut) where owner is not null;
