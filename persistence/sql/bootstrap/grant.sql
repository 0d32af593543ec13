-- A role given from outside, by whoever administers the database: somebody must be the first admin.
insert into {schema}.user_roles (user_id, role)
values ($1, $2)
on conflict (user_id, role) do nothing
