-- The desk at a glance. Counting a million rows for each glance is too slow, and one counter row would queue every writer behind it: so
-- writers append what they changed to a ledger that nobody shares, a job folds it into totals, and the view adds both.
-- Under traffic: new tables, sequences and functions only; safe.

create table support_ticket_tallies (
  metric text not null,
  amount bigint not null,
  constraint support_ticket_tallies_pkey primary key (metric)
);

-- Insert-only for writers; the roll-up alone removes what it has folded.
create table support_ticket_tally_deltas (
  metric text not null,
  amount bigint not null
);

alter table support_ticket_tallies enable row level security;
alter table support_ticket_tallies force row level security;
alter table support_ticket_tally_deltas enable row level security;
alter table support_ticket_tally_deltas force row level security;
