-- Returns the existing functions, views, triggers and policies from newest to oldest. They must be
-- dropped in this order, because newer objects may depend on older objects.
select o.path, o.checksum, o.generation from {schema}.helpline_objects o order by o.place desc
