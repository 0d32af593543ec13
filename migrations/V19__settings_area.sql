-- Raises the maximum size of a setting, because opening hours with holidays are longer. Saved replies get folders and may belong to one person: a
-- shortcut is then unique among the shared replies, and among the replies of each person.
--
-- Under traffic: two small tables, each locked for a moment. The previous build writes shorter settings and treats a longer one as missing. It writes
-- only shared replies, and it relies on the name of the shortcuts' constraint, which the new index keeps. Safe.
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
