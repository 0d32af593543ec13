-- Updates the tickets of people whose email address or name has changed. Each call handles one
-- portion of the tickets.
select {schema}.support_follow_people($1)
