-- Erases a person's data, or refuses the proposal, with the claims of an admin.
select {schema}.erasure_decide($1, $2)
