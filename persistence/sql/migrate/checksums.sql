-- Returns the checksums of SQL files. They are computed from the files' texts before placeholders
-- are replaced, so that they are equal in every installation.
select encode(sha256(convert_to(t.text, 'UTF8')), 'hex') from unnest($1::text[]) with ordinality as t (text, n) order by t.n
