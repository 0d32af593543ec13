-- Runs as the service, for pages whose visitor has not signed in yet.
select {schema}.support_widget_settings()
