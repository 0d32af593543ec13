-- Ends a waiting run without any change.
select {schema}.retention_refuse($1)
