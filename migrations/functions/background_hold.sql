-- Returns whether background work that cannot be undone is held, and why: `is_unconfirmed` if the database or the public address is not the confirmed
-- one, and `clock_paused_at` if the database's clock has jumped. Also returns the present time, and the server's own
-- time, from which tests may differ.
create or replace function background_hold(
  p_public_url text, out is_unconfirmed boolean, out public_url text, out confirmed_at timestamptz, out clock_paused_at timestamptz,
  out clock_jump_ms bigint, out now_at timestamptz, out server_at timestamptz
)
language plpgsql stable security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
#variable_conflict use_column
begin
  select b.cluster is distinct from helpline_cluster() or b.public_url <> p_public_url, b.public_url, b.confirmed_at, b.clock_paused_at, b.clock_jump_ms
  into is_unconfirmed, public_url, confirmed_at, clock_paused_at, clock_jump_ms
  from background_identity b;
  is_unconfirmed := coalesce(is_unconfirmed, true);
  now_at := clock();
  server_at := clock_timestamp();
end
$$;
grant execute on function background_hold(text) to {service};
