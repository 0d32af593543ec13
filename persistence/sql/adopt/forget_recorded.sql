-- Takes out privileges that were to be revoked and are not.
delete from {schema}.adoption_revoked r where r.id = any ($1)
