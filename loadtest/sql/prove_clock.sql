-- Moves the clock of background work by some seconds, as only a test database can. Returns nothing.
do $$
declare
  v_offset interval;
begin
  v_offset := clock() - now() + interval '1 second' * current_setting('helpline_prove.seconds')::double precision;
  execute format('create or replace function helpline.clock() returns timestamptz language sql stable set search_path = pg_catalog, helpline, pg_temp '
                 'as $f$ select now() + interval %L $f$', v_offset);
end
$$
