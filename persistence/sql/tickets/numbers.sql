-- Returns the numbers of tickets.
select id, ticket_number from {schema}.support_ticket_numbers_of($1)
