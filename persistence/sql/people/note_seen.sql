-- Everybody connected, in one statement.
select support_note_seen($1, $2)
