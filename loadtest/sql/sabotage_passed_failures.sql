-- Sabotage, to test that the checker finds the bug. Lets a consumer go on with the later events of a ticket of which an event has failed.
do $$
declare
  v_definition text := pg_get_functiondef('helpline.consumers_poll(text, bigint, bigint, boolean)'::regprocedure);
  v_passing text := regexp_replace(v_definition, 'exists \(select 1 from consumer_faults f where f.consumer = p_name and f.ticket_id[^()]*\)', 'false');
begin
  if v_passing = v_definition then
    raise exception 'consumers_poll does not skip tickets where it did';
  end if;
  execute v_passing;
end
$$
