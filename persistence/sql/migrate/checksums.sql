-- Of the texts before names are put in: the same for every installation.
select encode(sha256(convert_to(t.text, 'UTF8')), 'hex') from unnest($1::text[]) with ordinality as t (text, n) order by t.n
