-- Lists tickets that a run would change.
select id, ticket_number, subject, customer_name, since from {schema}.retention_due($1, $2, $3, $4, $5)
