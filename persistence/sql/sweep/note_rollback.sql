-- Raises the counter of restores if the proof holds (a snapshot of this database's future, or a seq beyond the ticket's head); gives the
-- epoch that holds now.
select {schema}.helpline_record_rollback($1, $2, $3, $4)
