-- Returns the applied versions, oldest first.
select m.version, m.name, m.checksum from {schema}.helpline_migrations m order by m.version
