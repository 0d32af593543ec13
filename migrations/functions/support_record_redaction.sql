-- Adds an event to the history for a redaction that would otherwise leave no event. The event says who removed what kind of text, without the text.
create or replace function support_record_redaction(p_ticket uuid, p_what text) returns void
language plpgsql
set search_path = pg_catalog, {schema}, pg_temp
as $$
declare
  v_user constant uuid := support_current_user_id();
begin
  perform support_write_history(
    array[p_ticket], array['logged'], array[v_user], array[case when v_user is null then 'system' else 'admin' end],
    array[null::text], array[null::text], array[null::text], array[null::text], array[p_what || ' redacted'],
    array[null::uuid], array[null::jsonb]);
end
$$;
