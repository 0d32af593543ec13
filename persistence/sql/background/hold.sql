-- Whether background work that cannot be undone is held, and the time by which work is due.
select is_unconfirmed, public_url, confirmed_at, clock_paused_at, clock_jump_ms, now_at, server_at from {schema}.background_hold($1)
