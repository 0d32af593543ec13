-- Returns what is added to the metadata of the events of this transaction: the background work that causes them, or nothing. Background work sets
-- `helpline.cause`, so that it recognises its own events when it reads the history.
create or replace function support_cause() returns jsonb
language plpgsql stable
set search_path = pg_catalog, {schema}, pg_temp
as $$
declare
  v_cause constant text := nullif(current_setting('helpline.cause', true), '');
begin
  return case when v_cause is null then '{}' else jsonb_build_object('cause', v_cause::jsonb) end;
end
$$;
