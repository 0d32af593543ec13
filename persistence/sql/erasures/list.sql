-- Lists the people who are proposed for erasure, with the claims of an admin.
select person, name, email, gone_since, proposed_at, tickets, held, withheld from {schema}.erasures_list($1, $2, $3)
