-- Creates the tables in which the gateways' test consumers and timers record what they did. They have no unique constraint, so that an effect that
-- happened twice is seen twice. `n` increases in the order in which one consumer handles events, because its transactions follow one another.
create schema helpline_prove;
create table helpline_prove.effects (
  n bigint generated always as identity,
  what text not null,
  ticket_id uuid not null,
  seq bigint not null,
  at timestamptz not null default clock_timestamp()
);
create function helpline_prove.handled(p_consumer text, p_tickets uuid[], p_seqs bigint[], p_times timestamptz[]) returns void
language sql security definer set search_path = pg_catalog, helpline_prove, pg_temp
as $$
  insert into effects (what, ticket_id, seq)
  select p_consumer, e.ticket, e.seq from unnest(p_tickets, p_seqs) with ordinality as e (ticket, seq, nth) order by e.nth
$$;
create function helpline_prove.record(p_what text, p_tickets uuid[], p_seqs bigint[]) returns void
language sql security definer set search_path = pg_catalog, helpline_prove, pg_temp
as $$
  insert into effects (what, ticket_id, seq)
  select p_what, e.ticket, e.seq from unnest(p_tickets, p_seqs) with ordinality as e (ticket, seq, nth) order by e.nth
$$;
grant usage on schema helpline_prove to helpline_service;
grant execute on all functions in schema helpline_prove to helpline_service;
