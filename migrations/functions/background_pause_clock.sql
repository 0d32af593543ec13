-- Records that the database's clock has jumped. Background work that cannot be undone is then held. Returns false if it was held already.
create or replace function background_pause_clock(p_jump_ms bigint) returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  update background_identity b set clock_paused_at = clock_timestamp(), clock_jump_ms = p_jump_ms where b.clock_paused_at is null;
  return found;
end
$$;
grant execute on function background_pause_clock(bigint) to {service};
