-- Releases a legal hold.
select {schema}.legal_hold_release($1)
