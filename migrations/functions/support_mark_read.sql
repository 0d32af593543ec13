-- Moves read positions forward and returns the positions that moved. Each position in `p_seqs` counts the events that its reader can see; the table
-- stores it both in the numbering of all events and in that of public events. A position on a ticket that its reader may not read is ignored. Rows
-- are written in the order of the primary key, so that two instances never deadlock.
create or replace function support_mark_read(p_tickets uuid[], p_people uuid[], p_audiences text[], p_seqs bigint[])
returns table (ticket_id uuid, person_id uuid, side text, name text, seq bigint, public_seq bigint, public_name text)
language plpgsql volatile security definer
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
    with marks as (
      select m.ticket_id, m.person_id, least(m.seq, case m.audience when 'staff' then h.seq else h.public_seq end) as seq, m.audience
      from unnest(p_tickets, p_people, p_audiences, p_seqs) as m (ticket_id, person_id, audience, seq)
      join support_tickets t on t.id = m.ticket_id
      join support_ticket_heads h on h.ticket_id = m.ticket_id
      where case m.audience
              when 'customer' then t.user_id = m.person_id
              else t.user_id <> m.person_id and exists (select 1 from user_roles r where r.user_id = m.person_id offset 0)
            end
    ), places as (
      select m.ticket_id, m.person_id, coalesce(a.seq, 0) as seq, coalesce(a.public_seq, 0) as public_seq
      from marks m
      left join lateral (
        -- For a staff reader, find the last public event up to the given position. For a customer, find the event with the given public number;
        -- the numbers have no gaps, and `>=` with `order by` makes the planner choose the index on public numbers.
        select case m.audience when 'staff' then m.seq else x.seq end as seq, x.public_seq
        from (
          (select s.seq, s.public_seq from support_ticket_activity s
           where m.audience = 'staff' and s.ticket_id = m.ticket_id and s.seq <= m.seq and s.public_seq is not null
           order by s.seq desc limit 1)
          union all
          (select c.seq, c.public_seq from support_ticket_activity c
           where m.audience <> 'staff' and c.ticket_id = m.ticket_id and c.public_seq >= m.seq
           order by c.ticket_id, c.public_seq limit 1)
        ) x
      ) a on true
      where m.seq > 0
    ), moved as (
      insert into support_read_positions as r (ticket_id, person_id, seq, public_seq)
      select p.ticket_id, p.person_id, p.seq, p.public_seq from places p where p.seq > 0 order by p.ticket_id, p.person_id
      on conflict on constraint support_read_positions_pkey do update
      set seq = excluded.seq, public_seq = excluded.public_seq, updated_at = now()
      where r.seq < excluded.seq
      returning r.ticket_id, r.person_id, r.seq, r.public_seq
    )
    select m.ticket_id, m.person_id, case when t.user_id = m.person_id then 'customer' else 'admin' end, p.display_name, m.seq,
      -- `public_seq` is 0 if the public position did not move, so that a customer cannot learn that staff read a note. `old` is the row before this
      -- update, because the statement's snapshot is older than the update.
      case when m.public_seq > coalesce(old.public_seq, 0) then m.public_seq else 0 end, p.first_name
    from moved m
    left join support_read_positions old on old.ticket_id = m.ticket_id and old.person_id = m.person_id
    join support_tickets t on t.id = m.ticket_id
    left join people p on p.id = m.person_id;
end
$$;
grant execute on function support_mark_read(uuid[], uuid[], text[], bigint[]) to {service};
