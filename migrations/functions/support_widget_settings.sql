-- Returns the widget's appearance and the sites on which it may appear, or null if they are not set. Visitors can read this before they sign in.
create or replace function support_widget_settings() returns jsonb
language plpgsql stable security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  return (select s.value from support_settings s where s.name = 'widget');
end
$$;
grant execute on function support_widget_settings() to {service};
