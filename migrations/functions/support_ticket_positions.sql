-- Returns, for each pair of ticket and reader, the ticket's last event numbers (its heads) and the read positions of the people who have read
-- furthest, as staff see them. A ticket without read positions gives one row without a person. A reader who may not read the ticket on the side given
-- in `p_audiences` (staff or customer) gets no rows. All values come from one snapshot, so a read position equal to the head means that nothing is
-- unread.
create or replace function support_ticket_positions(p_tickets uuid[], p_readers uuid[], p_audiences text[])
returns table (
  n bigint, ticket_id uuid, head bigint, public_head bigint, person_id uuid, side text, name text, seq bigint, public_seq bigint, public_name text
)
language plpgsql stable security definer
set search_path = pg_catalog, {schema}, pg_temp
set plan_cache_mode = force_generic_plan
set max_parallel_workers_per_gather = 0
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set enable_material = off
as $$
#variable_conflict use_column
begin
  return query
    select k.n, h.ticket_id, h.seq, h.public_seq, r.person_id, case when t.user_id = r.person_id then 'customer' else 'admin' end, p.display_name,
      r.seq, r.public_seq, p.first_name
    from unnest(p_tickets, p_readers, p_audiences) with ordinality as k (ticket_id, reader_id, audience, n)
    join support_ticket_heads h on h.ticket_id = k.ticket_id
    join support_tickets t on t.id = h.ticket_id
    -- Return only the people who have read furthest, at most 50 (`READERS_MAX`): thousands of people may have read a ticket, and this query runs
    -- whenever a client opens a ticket.
    left join lateral (
      select x.person_id, x.seq, x.public_seq from support_read_positions x
      where x.ticket_id = h.ticket_id
      order by x.public_seq desc, x.person_id
      limit 50
    ) r on true
    left join people p on p.id = r.person_id
    where case k.audience
            when 'customer' then t.user_id = k.reader_id
            else t.user_id <> k.reader_id and exists (select 1 from user_roles x where x.user_id = k.reader_id offset 0)
          end
      and not exists (select 1 from people b where b.id = k.reader_id and b.blocked_at is not null);
end
$$;
grant execute on function support_ticket_positions(uuid[], uuid[], text[]) to {service};
