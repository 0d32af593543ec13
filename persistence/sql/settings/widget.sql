-- As the service: asked by pages of which no person is known yet.
select {schema}.support_widget_settings()
