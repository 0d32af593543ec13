-- Takes out the privileges that the adoption of these tickets revoked in this database, to grant them again.
delete from {schema}.adoption_revoked r
where r.database is not distinct from $1::text and r.source = $2::text
returning r.object_kind, r.object_name, r.column_name, r.privilege, r.grantee, r.is_grantable
