-- Confirms that this database and public address are production, so that held background work goes on. For admins.
create or replace function background_confirm(p_public_url text) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  perform support_require_admin();
  insert into background_identity as b (cluster, public_url, confirmed_at, confirmed_by)
  values (helpline_cluster(), p_public_url, clock_timestamp(), support_current_user_id())
  on conflict on constraint background_identity_pkey do update
  set cluster = excluded.cluster, public_url = excluded.public_url, confirmed_at = excluded.confirmed_at, confirmed_by = excluded.confirmed_by;
  insert into access_log (user_id, action, ip_address, user_agent, detail)
  values (support_current_user_id(), 'database_confirmed', support_current_address(), support_current_user_agent(),
          jsonb_build_object('address', p_public_url));
end
$$;
grant execute on function background_confirm(text) to {customer}, {staff};
