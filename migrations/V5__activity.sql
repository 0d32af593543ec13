-- The history: one row per thing that happened on a ticket, in two gapless numberings. Append-only.
-- Under traffic: new tables only; safe.

set local role helpline_owner;

-- Which kinds exist and which of them a customer may see; core's `history::Kind` (a test compares them).
create table support_activity_kinds (
  kind text not null,
  is_public boolean not null,
  constraint support_activity_kinds_pkey primary key (kind)
);

insert into support_activity_kinds (kind, is_public)
select k, true
from unnest(array['created', 'status_changed', 'message_added', 'assigned', 'unassigned', 'priority_changed', 'category_changed',
                  'resolved', 'closed', 'reopened', 'escalated', 'rated', 'message_edited', 'message_redacted']) as k
union all
select k, false
from unnest(array['internal_note_added', 'note_edited', 'note_redacted', 'logged', 'archived']) as k;

create table support_ticket_activity (
  ticket_id uuid not null,
  seq bigint not null,
  public_seq bigint,
  kind text not null,
  actor_id uuid,
  actor_type text not null,
  -- Of staff the first name, of the customer the display name: what the customer's role may read instead of an id.
  public_actor_name text,
  old_value text,
  new_value text,
  public_old_value text,
  public_new_value text,
  description text,
  -- No foreign key: the trigger that writes it holds the message in its hand, and a check per row costs the hot path.
  message_id uuid,
  ip_address inet,
  user_agent text,
  metadata jsonb not null default '{}',
  -- The sweep's cursor: which transaction wrote the row.
  xid xid8 not null default pg_current_xact_id(),
  created_at timestamptz not null default clock_timestamp(),
  constraint support_ticket_activity_pkey primary key (ticket_id, seq),
  constraint support_ticket_activity_public_key unique (ticket_id, public_seq),
  constraint support_ticket_activity_ticket_fkey foreign key (ticket_id) references support_tickets (id) on delete cascade,
  constraint support_ticket_activity_actor_type_check check (actor_type in ('customer', 'admin', 'system')),
  constraint support_ticket_activity_seq_check check (seq > 0 and public_seq > 0 and public_seq <= seq),
  -- A kind decides whether a row has a place in the customer's numbering, whoever writes it.
  constraint support_ticket_activity_kind_check check (case
    when kind in ('message_added', 'created', 'status_changed', 'assigned', 'unassigned', 'priority_changed', 'category_changed',
                  'resolved', 'closed', 'reopened', 'escalated', 'rated', 'message_edited', 'message_redacted')
      then public_seq is not null
    when kind in ('internal_note_added', 'note_edited', 'note_redacted', 'logged', 'archived')
      then public_seq is null and public_old_value is null and public_new_value is null
    else false
  end)
);

create index support_ticket_activity_xid_idx on support_ticket_activity (xid);
-- None on the actor, nor on a message's sender: measured together, they cost an append 12 %, and no query asks for them.
-- Times rise with the table, so a block range index finds them for almost nothing.
create index support_ticket_activity_created_at_idx on support_ticket_activity using brin (created_at);

alter table support_activity_kinds enable row level security;
alter table support_activity_kinds force row level security;
alter table support_ticket_activity enable row level security;
alter table support_ticket_activity force row level security;
create policy support_activity_kinds_owner on support_activity_kinds to helpline_owner using (true) with check (true);
create policy support_ticket_activity_owner on support_ticket_activity to helpline_owner using (true) with check (true);

-- Append-only for everybody. Redaction and retention are definer functions of the owner's, and open this door for their own
-- transaction's statement alone; whoever else sets the word is not the owner and stays outside.
create function support_forbid_change() returns trigger
language plpgsql
set search_path = pg_catalog, public, pg_temp
as $$
begin
  if current_user = 'helpline_owner' and current_setting('helpline.append_only_door', true) = 'open' then
    return null;
  end if;
  raise exception 'rows of % are never changed or removed', tg_table_name using errcode = 'insufficient_privilege';
end
$$;

create trigger support_ticket_activity_append_only
  before update or delete or truncate on support_ticket_activity
  for each statement execute function support_forbid_change();

reset role;
