-- The existing objects, newest first, which is the order in which they can be dropped.
select o.path, o.checksum, o.generation from {schema}.helpline_objects o order by o.place desc
