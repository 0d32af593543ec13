-- Adds the rows of `support_ticket_tally_deltas` to the totals of the statistics. If another call is running, returns at once without doing anything.
create or replace function support_roll_up_tallies() returns void
language plpgsql security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  if not pg_try_advisory_xact_lock(hashtextextended('support_roll_up_tallies', 0)) then
    return;
  end if;
  with folded as (
    delete from support_ticket_tally_deltas d returning d.metric, d.amount
  )
  insert into support_ticket_tallies as t (metric, amount)
  select f.metric, sum(f.amount) from folded f group by f.metric
  on conflict on constraint support_ticket_tallies_pkey do update set amount = t.amount + excluded.amount;
end
$$;
grant execute on function support_roll_up_tallies() to {service};
