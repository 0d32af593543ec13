-- Returns the existing objects from newest to oldest, because objects must be dropped in this
-- order.
select o.path, o.checksum, o.generation from {schema}.helpline_objects o order by o.place desc
