-- Who people are and which of them are staff; and the functions that a column's default or value is made by. Those belong to the versioned
-- files, because a column keeps what they gave.
-- Under traffic: new tables, sequences and functions only; safe.

-- The client's address and agent of this transaction, for audit rows.
create function support_current_address() returns inet
language plpgsql stable parallel safe
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  return nullif(current_setting('helpline.address', true), '')::inet;
end
$$;
grant execute on function support_current_address() to {customer}, {staff};

-- A session may set any text here; the columns take as much as the service keeps of a browser's.
create function support_current_user_agent() returns text
language plpgsql stable parallel safe
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  return left(nullif(current_setting('helpline.user_agent', true), ''), 400);
end
$$;
grant execute on function support_current_user_agent() to {customer}, {staff};

-- What customers see of a member of staff: one word of the display name, of at most 40 characters, or nothing. One rule, here alone: whatever
-- shows a name to customers reads a column that was filled by it. Explicit code points, for classes like \s differ between systems.
-- Nothing of an address is shown, its local part neither: it is the full name as a rule.
create function support_public_name(p_name text) returns text
language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  -- White_Space, control characters, Bidi_Control, and what is Default_Ignorable or looks empty and belongs to no spelling.
  c_blank constant text := '[\u0001-\u0020\u007F-\u00A0\u00AD\u061C\u115F\u1160\u1680\u17B4\u17B5\u180E\u2000-\u200B\u200E\u200F\u2028-\u202F'
    || '\u205F-\u206F\u2800\u3000\u3164\uFEFF\uFFA0\uFFF0-\uFFFB\U0001BCA0-\U0001BCA3\U0001D173-\U0001D17A\U000E0000-\U000E00FF\U000E01F0-\U000E0FFF]';
  -- Joiners and variation selectors: part of a word in scripts that need them (from Arabic on), a seam anywhere else.
  c_join constant text := '[\u034F\u180B-\u180D\u180F\u200C\u200D\uFE00-\uFE0F\U000E0100-\U000E01EF]';
  c_comma constant text := ',;\u055D\u060C\u061B\u1363\u1802\u2E41\u3001\uA4FE\uFE10-\uFE14\uFE50-\uFE54\uFF0C\uFF1B\uFF64';
  -- Between words, but neither hyphens nor apostrophes. A middle dot belongs to the word between two l (Catalan).
  c_between constant text := '[!-&(-,./:-?\[-`{-~\u00A1-\u00A9\u00AB\u00AC\u00AE-\u00B1\u00B4\u00B6\u00B8\u00BB\u00BF\u2012-\u2018\u201A-\u2027\u2030-\u205E'
    || '\u02D9\u0387\u055A-\u055F\u060C\u061B\u061F\u0964\u0965\u1361-\u1368\u16EB-\u16ED\u1802\u2190-\u27FF\u2900-\u2BFF\u2E00-\u2E16\u2E18-\u2E7F'
    || '\u3001-\u3004\u3008-\u3020\u3030\u303D-\u303F\u30FB\uA4FE\uA4FF\uE000-\uF8FF\uFE10-\uFE19\uFE30-\uFE6F\uFF61-\uFF64\uFFFC\uFFFD\U0001F000-\U0001FAFF\uFF01-\uFF06\uFF08-\uFF0C\uFF0E\uFF0F\uFF1A-\uFF1F\uFF65]|(?<![Ll])\u00B7|\u00B7(?![Ll])';
  c_title constant text := '(?:[Dd][Rr]|[Pp][Rr][Oo][Ff]|[Mm][Rr]|[Mm][Rr][Ss]|[Mm][Ss]|[Mm][Xx]|[Dd][Ii][Pp][Ll]|[Hh][Ee][Rr][Rr]|[Ff][Rr][Aa][Uu])';
  v text := regexp_replace(p_name, c_blank, ' ', 'g');
begin
  v := regexp_replace(v, '(?<![\u0600-\U0010FFFF])' || c_join || '+', ' ', 'g');
  v := regexp_replace(v, c_join || '+(?![\u0600-\U0010FFFF]| |$)', ' ', 'g');
  v := regexp_replace(v, '[^ ]* *[@\uFE6B\uFF20] *[^ ]*', ' ', 'g');
  v := regexp_replace(v, '^ *(?:' || c_title || '[.]? +)+(?=[^ ])', '');
  -- `Hopper, Grace`: one word before the comma is the family's name.
  if v ~ ('^ *[^ ' || c_comma || ']+ *[' || c_comma || ']') then
    v := regexp_replace(v, '^[^' || c_comma || ']*[' || c_comma || ']', '');
  end if;
  v := regexp_replace(v, c_between, ' ', 'g');
  v := regexp_replace(v, '^ *(?:' || c_title || ' +)+(?=[^ ])', '');
  -- The first word with a letter: a telephone number is no name.
  v := left(substring(v from '[^ ]*[A-Za-z\u00AA\u00B5\u00BA\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u1FFF\u2070-\U0010FFFF][^ ]*'), 40);
  -- Marks that stand on nothing, and what is left at the ends.
  return nullif(regexp_replace(v, '^(?:[''\u2019\u2010\u2011\u0300-\u036F-]|' || c_join || ')+|[''\u2019\u2010\u2011-]+$', '', 'g'), '');
end
$$;

create table people (
  id uuid not null,
  email text,
  display_name text,
  last_seen_at timestamptz,
  blocked_at timestamptz,
  created_at timestamptz not null default now(),
  -- All of a staff member's name that a customer sees. Stored, so that what was shown under a name stays findable by it, and nothing is
  -- computed where messages pass.
  first_name text generated always as (support_public_name(display_name)) stored,
  constraint people_pkey primary key (id),
  constraint people_email_check check (char_length(email) <= 320),
  constraint people_display_name_check check (char_length(display_name) <= 200)
);

create table user_roles (
  user_id uuid not null,
  role text not null,
  granted_by uuid,
  created_at timestamptz not null default now(),
  constraint user_roles_pkey primary key (user_id, role),
  constraint user_roles_role_check check (role in ('admin', 'support_agent'))
);

alter table people enable row level security;
alter table people force row level security;
alter table user_roles enable row level security;
alter table user_roles force row level security;
