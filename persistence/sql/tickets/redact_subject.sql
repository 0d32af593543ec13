-- The function judges under the ticket's lock, scrubs the history and writes the receipt.
select {schema}.support_redact_subject($1)
