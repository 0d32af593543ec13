-- What a customer sees of the team, and what a customer may change.
-- Names: one rule by explicit code points gives what customers see of a member of staff. The rule of before took what the system's own library holds
-- for white space: a no-break space, a comma or an invisible character between two names showed both, and an address used as a name was shown in whole.
-- Live frames came from a second rule. Now every way to a customer carries a column that was filled by this one.
-- Changes: the ticket's trigger judges by the person, so that a grant to the wrong role (a platform's, with the rights of both sides) cannot set a
-- priority, an assignee or a legal hold on one's own ticket.
-- Under traffic: `people` is rewritten while sign-ins wait (a second for about 100,000 people); its lock is waited for 0.2 s at a time and then let go, so
-- nobody queues behind it. Functions are made anew with one more column;
-- instances of the build before do not ask for it. The next migration corrects the copies.

set local role helpline_owner;
set local lock_timeout = '200ms';

do $$
begin
  for i in 1..150 loop
    begin
      lock table people in access exclusive mode;
      return;
    exception when lock_not_available or deadlock_detected then
      perform pg_sleep(0.1);
    end;
  end loop;
  raise exception 'people was in use for half a minute without a pause: end the long transactions (pg_stat_activity), then migrate again';
end
$$;

-- What customers see of a member of staff: one word of the display name, of at most 40 characters, or nothing. One rule, here alone: whatever
-- shows a name to customers reads a column that was filled by it. Explicit code points, for classes like \s differ between systems.
-- Nothing of an address is shown, its local part neither: it is the full name as a rule.
create function support_public_name(p_name text) returns text
language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  -- White_Space, control characters, Bidi_Control, and what is Default_Ignorable or looks empty and belongs to no spelling.
  c_blank constant text := '[\u0001-\u0020\u007F-\u00A0\u00AD\u061C\u115F\u1160\u1680\u17B4\u17B5\u180E\u2000-\u200B\u200E\u200F\u2028-\u202F'
    || '\u205F-\u206F\u2800\u3000\u3164\uFEFF\uFFA0\uFFF0-\uFFFB\U0001BCA0-\U0001BCA3\U0001D173-\U0001D17A\U000E0000-\U000E00FF\U000E01F0-\U000E0FFF]';
  -- Joiners and variation selectors: part of a word in scripts that need them (from Arabic on), a seam anywhere else.
  c_join constant text := '[\u034F\u180B-\u180D\u180F\u200C\u200D\uFE00-\uFE0F\U000E0100-\U000E01EF]';
  c_comma constant text := ',;\u055D\u060C\u061B\u1363\u1802\u2E41\u3001\uA4FE\uFE10-\uFE14\uFE50-\uFE54\uFF0C\uFF1B\uFF64';
  -- Between words, but neither hyphens nor apostrophes. A middle dot belongs to the word between two l (Catalan).
  c_between constant text := '[!-&(-,./:-?\[-`{-~\u00A1-\u00A9\u00AB\u00AC\u00AE-\u00B1\u00B4\u00B6\u00B8\u00BB\u00BF\u2012-\u2018\u201A-\u2027\u2030-\u205E'
    || '\u02D9\u0387\u055A-\u055F\u060C\u061B\u061F\u0964\u0965\u1361-\u1368\u16EB-\u16ED\u1802\u2190-\u27FF\u2900-\u2BFF\u2E00-\u2E16\u2E18-\u2E7F'
    || '\u3001-\u3004\u3008-\u3020\u3030\u303D-\u303F\u30FB\uA4FE\uA4FF\uE000-\uF8FF\uFE10-\uFE19\uFE30-\uFE6F\uFF61-\uFF64\uFFFC\uFFFD\U0001F000-\U0001FAFF\uFF01-\uFF06\uFF08-\uFF0C\uFF0E\uFF0F\uFF1A-\uFF1F\uFF65]|(?<![Ll])\u00B7|\u00B7(?![Ll])';
  c_title constant text := '(?:[Dd][Rr]|[Pp][Rr][Oo][Ff]|[Mm][Rr]|[Mm][Rr][Ss]|[Mm][Ss]|[Mm][Xx]|[Dd][Ii][Pp][Ll]|[Hh][Ee][Rr][Rr]|[Ff][Rr][Aa][Uu])';
  v text := regexp_replace(p_name, c_blank, ' ', 'g');
begin
  v := regexp_replace(v, '(?<![\u0600-\U0010FFFF])' || c_join || '+', ' ', 'g');
  v := regexp_replace(v, c_join || '+(?![\u0600-\U0010FFFF]| |$)', ' ', 'g');
  v := regexp_replace(v, '[^ ]* *[@\uFE6B\uFF20] *[^ ]*', ' ', 'g');
  v := regexp_replace(v, '^ *(?:' || c_title || '[.]? +)+(?=[^ ])', '');
  -- `Hopper, Grace`: one word before the comma is the family's name.
  if v ~ ('^ *[^ ' || c_comma || ']+ *[' || c_comma || ']') then
    v := regexp_replace(v, '^[^' || c_comma || ']*[' || c_comma || ']', '');
  end if;
  v := regexp_replace(v, c_between, ' ', 'g');
  v := regexp_replace(v, '^ *(?:' || c_title || ' +)+(?=[^ ])', '');
  -- The first word with a letter: a telephone number is no name.
  v := left(substring(v from '[^ ]*[A-Za-z\u00AA\u00B5\u00BA\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u1FFF\u2070-\U0010FFFF][^ ]*'), 40);
  -- Marks that stand on nothing, and what is left at the ends.
  return nullif(regexp_replace(v, '^(?:[''\u2019\u2010\u2011\u0300-\u036F-]|' || c_join || ')+|[''\u2019\u2010\u2011-]+$', '', 'g'), '');
end
$$;

-- Stored, so that what was shown under a name stays findable by it, and nothing is computed where messages pass.
alter table people drop column first_name;
alter table people add column first_name text generated always as (support_public_name(display_name)) stored;

drop function support_standing(uuid[]);
drop function support_sign_in_all(uuid[], text[], text[]);
drop function support_places(uuid[], uuid[], text[]);
drop function support_mark_read(uuid[], uuid[], text[], bigint[]);

-- `public_name` is what customers see of them as staff.
create function support_standing(p_users uuid[])
returns table (id uuid, display_name text, email text, role text, blocked boolean, public_name text)
language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
#variable_conflict use_column
begin
  return query
    select u.id, p.display_name, p.email, (select min(r.role) from user_roles r where r.user_id = u.id), p.blocked_at is not null, p.first_name
    from unnest(p_users) as u (id)
    left join people p on p.id = u.id;
end
$$;

-- Fills in what the tokens say, and gives everybody's standing. Written is only what is news: a row that is locked for nothing makes a
-- commit of its own. Whoever is locked by somebody else steps aside, so that one of them does not hold up all; the next sign-in tries again.
-- Somebody new whom another transaction is just writing is waited for, but not for long: the service then asks for each alone.
create function support_sign_in_all(p_users uuid[], p_emails text[], p_names text[])
returns table (id uuid, display_name text, email text, role text, blocked boolean, public_name text)
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
set lock_timeout = '200ms'
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
#variable_conflict use_column
begin
  -- In the order of the key, so that two instances never wait for each other.
  insert into people as p (id, email, display_name, last_seen_at)
  select distinct on (u.id) u.id, u.email, u.name, now()
  from unnest(p_users, p_emails, p_names) as u (id, email, name)
  where not exists (select 1 from people x where x.id = u.id)
  order by u.id
  on conflict on constraint people_pkey do nothing;

  update people p
  set email = coalesce(d.email, p.email), display_name = coalesce(d.name, p.display_name), last_seen_at = now()
  from (
    select distinct on (x.id) x.id, u.email, u.name
    from unnest(p_users, p_emails, p_names) as u (id, email, name)
    cross join lateral (
      select y.id from people y
      where y.id = u.id
        and ((coalesce(u.email, y.email), coalesce(u.name, y.display_name)) is distinct from (y.email, y.display_name)
             or y.last_seen_at is null or y.last_seen_at < now() - interval '1 minute')
      for no key update skip locked
    ) x
    order by x.id
  ) d
  where p.id = d.id;

  return query select s.id, s.display_name, s.email, s.role, s.blocked, s.public_name from support_standing(p_users) s;
end
$$;

-- Where tickets stand, each for somebody who says on which side they read it: the heads, and everybody's read position as staff see them; a
-- ticket that nobody has read has one row without a person. Who may not read it so gets none. One snapshot: whoever has seen up to such a
-- head knows that there is nothing to read.
create function support_places(p_tickets uuid[], p_readers uuid[], p_audiences text[])
returns table (
  n bigint, ticket_id uuid, head bigint, public_head bigint, person_id uuid, side text, name text, seq bigint, public_seq bigint, public_name text
)
language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
#variable_conflict use_column
begin
  return query
    select k.n, h.ticket_id, h.seq, h.public_seq, r.person_id, case when t.user_id = r.person_id then 'customer' else 'admin' end, p.display_name,
      r.seq, r.public_seq, p.first_name
    from unnest(p_tickets, p_readers, p_audiences) with ordinality as k (ticket_id, reader_id, audience, n)
    join support_ticket_heads h on h.ticket_id = k.ticket_id
    join support_tickets t on t.id = h.ticket_id
    left join support_read_positions r on r.ticket_id = h.ticket_id
    left join people p on p.id = r.person_id
    where case k.audience
            when 'customer' then t.user_id = k.reader_id
            else t.user_id <> k.reader_id and exists (select 1 from user_roles x where x.user_id = k.reader_id)
          end
      and not exists (select 1 from people b where b.id = k.reader_id and b.blocked_at is not null);
end
$$;

-- Moves marks forward, each from its reader's numbering into both; gives those that moved. A mark without the right to the ticket is
-- dropped. In the order of the key, so that two instances never wait for each other.
create function support_mark_read(p_tickets uuid[], p_people uuid[], p_audiences text[], p_seqs bigint[])
returns table (ticket_id uuid, person_id uuid, side text, name text, seq bigint, public_seq bigint, public_name text)
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
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
              else t.user_id <> m.person_id and exists (select 1 from user_roles r where r.user_id = m.person_id)
            end
    ), places as (
      select m.ticket_id, m.person_id, coalesce(a.seq, 0) as seq, coalesce(a.public_seq, 0) as public_seq
      from marks m
      left join lateral (
        -- Staff: the last public row up to here. A customer: the row that bears the number.
        select case m.audience when 'staff' then m.seq else x.seq end as seq, x.public_seq
        from (
          (select s.seq, s.public_seq from support_ticket_activity s
           where m.audience = 'staff' and s.ticket_id = m.ticket_id and s.seq <= m.seq and s.public_seq is not null
           order by s.seq desc limit 1)
          union all
          (select c.seq, c.public_seq from support_ticket_activity c
           where m.audience <> 'staff' and c.ticket_id = m.ticket_id and c.public_seq = m.seq)
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
      -- None moved there: a customer must not learn that somebody has read a note. This statement still sees the row as it was.
      case when m.public_seq > coalesce(old.public_seq, 0) then m.public_seq else 0 end, p.first_name
    from moved m
    left join support_read_positions old on old.ticket_id = m.ticket_id and old.person_id = m.person_id
    join support_tickets t on t.id = m.ticket_id
    left join people p on p.id = m.person_id;
end
$$;

grant execute on function support_standing(uuid[]), support_sign_in_all(uuid[], text[], text[]), support_places(uuid[], uuid[], text[]),
  support_mark_read(uuid[], uuid[], text[], bigint[]) to helpline_service;

create or replace function support_tickets_before_update() returns trigger
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
  v_user constant uuid := support_current_user_id();
  v_by text := 'system';
begin
  if (new.id, new.ticket_number, new.user_id, new.created_at) is distinct from (old.id, old.ticket_number, old.user_id, old.created_at) then
    raise exception 'a ticket keeps its id, number, owner and time of opening' using errcode = 'check_violation';
  end if;
  if v_user is not null then
    v_by := case when v_user = old.user_id then 'customer' else 'admin' end;
    -- By hand, the status and the rating; what follows from a message is a trigger's.
    if v_by = 'customer' and pg_trigger_depth() = 1
       and (new.subject, new.category, new.priority, new.assigned_to, new.assigned_at, new.assignee_name, new.first_response_at, new.archived_at,
            new.legal_hold, new.metadata, new.customer_email, new.ip_address, new.user_agent, new.key, new.key_digest)
         is distinct from
           (old.subject, old.category, old.priority, old.assigned_to, old.assigned_at, old.assignee_name, old.first_response_at, old.archived_at,
            old.legal_hold, old.metadata, old.customer_email, old.ip_address, old.user_agent, old.key, old.key_digest) then
      perform support_refuse('forbidden');
    end if;
    -- A legal hold may come late, and a redaction takes the opening's digest with it; nothing else changes in the archive.
    if old.archived_at is not null
       and (new.status, new.priority, new.category, new.assigned_to, new.subject, new.satisfaction_rating, new.satisfaction_comment, new.metadata)
         is distinct from
           (old.status, old.priority, old.category, old.assigned_to, old.subject, old.satisfaction_rating, old.satisfaction_comment, old.metadata) then
      perform support_refuse('ticket_archived');
    end if;
  end if;
  if new.status <> old.status then
    if not (pg_trigger_depth() > 1 and coalesce(nullif(current_setting('helpline.movers', true), '')::jsonb ? new.id::text, false))
       and not exists (select 1 from support_status_moves m
                       where m.actor_type = v_by and m.from_status = old.status and m.to_status = new.status) then
      perform support_refuse('invalid_move');
    end if;
    if new.status = 'resolved' then
      new.resolved_at := now();
    elsif new.status = 'closed' then
      new.closed_at := now();
    else
      new.resolved_at := null;
      new.closed_at := null;
    end if;
  end if;
  if new.assigned_to is distinct from old.assigned_to then
    if new.assigned_to is not null
       and (new.assigned_to = new.user_id or not exists (select 1 from user_roles r where r.user_id = new.assigned_to)) then
      perform support_refuse('invalid_field');
    end if;
    new.assigned_at := case when new.assigned_to is not null then now() end;
    new.assignee_name := (select p.first_name from people p where p.id = new.assigned_to);
  end if;
  if new.satisfaction_rating is distinct from old.satisfaction_rating and v_user is not null and old.status not in ('resolved', 'closed') then
    perform support_refuse('not_ratable');
  end if;
  new.updated_at := now();
  return new;
end
$$;

reset role;
