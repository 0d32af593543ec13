-- Returns the stored settings of retention; null if there are none.
select {schema}.retention_settings()
