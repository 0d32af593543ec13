-- Grants a role to a person, using the rights of the database's administrator. The first admin gets
-- the role this way, because no other admin exists yet who could grant it.
insert into {schema}.user_roles (user_id, role)
values ($1, $2)
on conflict (user_id, role) do nothing
