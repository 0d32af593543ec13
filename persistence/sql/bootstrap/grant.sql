-- An administrator of the database grants a role, because there must be a first admin.
insert into {schema}.user_roles (user_id, role)
values ($1, $2)
on conflict (user_id, role) do nothing
