-- Updates a portion of the tickets of people whose address or name has changed.
select {schema}.support_follow_people($1)
