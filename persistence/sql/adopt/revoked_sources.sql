-- From which tables tickets were adopted whose cut-over has revoked privileges, and whether that was in this database.
select distinct r.source, r.database is not distinct from $1::text from {schema}.adoption_revoked r order by 1, 2
