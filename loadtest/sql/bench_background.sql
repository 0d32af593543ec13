-- Creates what the gateways' test consumers record in `bench background`: for each transaction of a consumer the delay of each event in milliseconds,
-- from the time at which it was written. One row for each transaction costs the database little, compared with one for each event.
create schema helpline_prove;
create table helpline_prove.portions (delays_ms real[] not null);
-- In PL/pgSQL, which keeps the statement's plan for the next call.
create function helpline_prove.handled(p_consumer text, p_tickets uuid[], p_seqs bigint[], p_times timestamptz[]) returns void
language plpgsql security definer set search_path = pg_catalog, helpline_prove, pg_temp
as $$
begin
  insert into portions (delays_ms)
  select array_agg((extract(epoch from clock_timestamp() - t.at) * 1000)::real) from unnest(p_times) as t (at);
end
$$;
create function helpline_prove.record(p_what text, p_tickets uuid[], p_seqs bigint[]) returns void
language sql security definer set search_path = pg_catalog, helpline_prove, pg_temp
as $$ select $$;
grant usage on schema helpline_prove to helpline_service;
grant execute on all functions in schema helpline_prove to helpline_service;
