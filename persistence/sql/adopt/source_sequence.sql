-- How far the sequence has counted that numbers the source's tickets. A value that no ticket number can have is another sequence's.
select coalesce(max(s.last_value), 0)
from pg_catalog.pg_sequences s
where s.schemaname = $1 and (s.sequencename = $2 or ($2 = '' and s.sequencename ~ '^(support_)?ticket_(number_)?seq$|^chat_session_(number_)?seq$'))
  and s.last_value < 1000000000000
