-- Whether privileges are revoked in another database than this one.
select exists (select from {schema}.adoption_revoked r where r.database is distinct from $1::text)
