-- Returns the widget's settings, for web pages whose visitor has not signed in yet. Runs as the
-- service role.
select {schema}.support_widget_settings()
