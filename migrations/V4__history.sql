-- The history: one row per thing that happened on a ticket, in two gapless numberings. Append-only.
-- Under traffic: new tables, sequences and functions only; safe.

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

-- Names the history that gives out numbers now: a digest of the cluster's identifier, the database's oid and the table's, so that nothing
-- needs to be registered, and no long transaction can hold up the first writer after a restore. Each restore makes another table. Reading
-- the identifier reads a file: 40 microseconds, so it is asked once a statement and not once a row.
create function helpline_cluster() returns bigint
language plpgsql stable parallel safe
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  return (
    select ('x' || substr(encode(sha256(int8send(s.system_identifier) || int8send(d.oid::bigint)
                                      || int8send(to_regclass('support_ticket_activity')::oid::bigint)), 'hex'), 1, 16))::bit(64)::bigint
    from pg_control_system() s, pg_database d
    where d.datname = current_database()
  );
end
$$;

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
  -- A transaction number means something only in the cluster that gave it.
  cluster bigint not null default helpline_cluster(),
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
  end),
  constraint support_ticket_activity_sizes_check check (
    octet_length(old_value) <= 16384
    and octet_length(new_value) <= 16384
    and octet_length(public_old_value) <= 1024
    and octet_length(public_new_value) <= 1024
    and octet_length(description) <= 8192
    and octet_length(metadata::text) <= 16384
    and char_length(public_actor_name) <= 200
    and char_length(user_agent) <= 400
    and created_at between '0001-01-01 00:00:00+00' and '9999-12-31 23:59:59.999999+00')
);

-- The sweep's question: transaction numbers within one cluster.
create index support_ticket_activity_cluster_xid_idx on support_ticket_activity (cluster, xid);
-- None on the actor, nor on a message's sender: measured together, they cost an append 12 %, and no query asks for them.
-- Times rise with the table, so a block range index finds them for almost nothing.
create index support_ticket_activity_created_at_idx on support_ticket_activity using brin (created_at);

-- A counter that the operator raises after restoring a backup, so that clients know that numbers were taken back.
create table helpline_restores (
  only_row boolean not null default true,
  restores bigint not null default 0,
  constraint helpline_restores_pkey primary key (only_row),
  constraint helpline_restores_only_row_check check (only_row)
);
insert into helpline_restores (restores) values (0);

alter table support_activity_kinds enable row level security;
alter table support_activity_kinds force row level security;
alter table support_ticket_activity enable row level security;
alter table support_ticket_activity force row level security;
alter table helpline_restores enable row level security;
alter table helpline_restores force row level security;
