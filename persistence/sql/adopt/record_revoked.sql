-- Remembers a privilege that is revoked, unless it is remembered from a cut-over that did not come to its end.
insert into {schema}.adoption_revoked (database, source, object_kind, object_name, column_name, privilege, grantee, is_grantable)
select $1::text, $8::text, $2::text, $3::text, $4::text, $5::text, $6::text, $7::boolean
where not exists (
  select from {schema}.adoption_revoked r
  where r.database is not distinct from $1::text and r.object_kind = $2::text and r.object_name = $3::text
    and r.column_name is not distinct from $4::text and r.privilege = $5::text and r.grantee = $6::text and r.is_grantable = $7::boolean
)
returning id
