//! Tests a dump that is restored into another Postgres cluster. The rows contain transaction ids of
//! the original cluster, and the new cluster will assign the same ids again.

use std::collections::HashMap;

use helpline_core::body::Body;
use helpline_core::history::HistoryRow;
use helpline_core::ids::{MessageId, Seq, TicketId};
use helpline_core::ticket::{Priority, Status};
use helpline_persistence::messages::Outcome;
use helpline_persistence::sweep::{self, SweepResult};
use helpline_persistence::tickets::Patch;
use helpline_persistence::{history, messages, migrate, tickets};
use helpline_rig::Postgres;
use uuid::Uuid;

use crate::test_db::{PASSWORD, TestDb, message, stored};

/// Number of tickets. Half of them have random ids and half have ascending ids. The events that a
/// write returns are ordered by ticket id, and the tests check the last one.
const TICKETS: usize = 40;
/// Number of transactions in the original cluster, each with a separate transaction id.
const DONOR_TRANSACTIONS: i64 = 2_500;
/// Number of writes in the new cluster, each in one or more transactions.
const WRITES: usize = 480;

/// A database that was restored into a new cluster, with the values that the tests need.
struct Restored {
    db: TestDb,
    tickets: Vec<TicketId>,
    /// A message of the customer on each ticket.
    messages: HashMap<TicketId, MessageId>,
    /// The lowest and the highest transaction id in the restored rows. The original cluster
    /// assigned these ids.
    foreign: (i64, i64),
    _postgres: Postgres,
}

/// Creates a cluster with a long history, dumps its database, and restores the dump into a new
/// cluster.
async fn restored() -> Restored {
    let donor = Postgres::start_temporary().await.unwrap();
    donor.create_database("desk", None).await.unwrap();
    migrate::migrate(&donor.admin_url("desk")).await.unwrap();
    migrate::set_runtime_password(&donor.admin_url("desk"), PASSWORD)
        .await
        .unwrap();
    let db = TestDb::on(&donor, "desk").await;
    let mut tickets = Vec::new();
    let mut messages = HashMap::new();
    for n in 0..TICKETS {
        let ticket = TicketId::new(if n % 2 == 0 {
            Uuid::new_v4()
        } else {
            Uuid::now_v7()
        });
        let new = tickets::NewTicket {
            id: ticket,
            ..db.new_ticket("Restored")
        };
        tickets::create(&db.store, &db.caller(db.customer), &new)
            .await
            .unwrap();
        let own = message(ticket, db.customer, "mine");
        messages.insert(ticket, own.id);
        stored(&db.send(own).await);
        tickets.push(ticket);
    }
    // Each message is sent in a separate transaction, as in normal use. Every tenth transaction
    // writes to several tickets.
    db.sql(&format!(
        "do $$ begin
           for n in 1..{DONOR_TRANSACTIONS} loop
             insert into support_messages (ticket_id, sender_id, sender_type, body)
             select t.id, '{}', 'admin', 'of another cluster'
             from (select id, row_number() over (order by id) as k from support_tickets) t
             where t.k = n % {TICKETS} + 1 or (n % 10 = 0 and t.k <= 3);
             commit;
           end loop;
         end $$",
        db.agent
    ))
    .await;
    let dump = donor.dump("desk").await.unwrap();
    let postgres = Postgres::start_temporary().await.unwrap();
    postgres.restore(&dump, "desk").await.unwrap();
    let db = TestDb::on(&postgres, "desk").await;
    let range =
        "select array[min(xid::text::bigint), max(xid::text::bigint)] from support_ticket_activity";
    let range: Vec<i64> = db.ask(range).await;
    Restored {
        db,
        tickets,
        messages,
        foreign: (range[0], range[1]),
        _postgres: postgres,
    }
}

impl Restored {
    async fn head(&self, ticket: TicketId) -> Seq {
        history::heads(&self.db.store, &[ticket]).await.unwrap()[0].seq
    }

    /// Makes the n-th write. Returns its ticket, the position of the ticket's last event before the
    /// write, and the events that the write returned.
    async fn write(&self, n: usize) -> (TicketId, Seq, Vec<HistoryRow>) {
        let Self {
            db,
            tickets,
            messages,
            ..
        } = self;
        let ticket = tickets[n % tickets.len()];
        let before = self.head(ticket).await;
        let (customer, agent) = (db.caller(db.customer), db.caller(db.agent));
        let rows = match n % 6 {
            0 => {
                let body = Body::parse(format!("edited {n}")).unwrap();
                messages::edit(&db.store, &customer, ticket, messages[&ticket], &body)
                    .await
                    .unwrap()
            }
            1 => {
                let priority = [Priority::Low, Priority::High][n / 6 % 2];
                let patch = Patch {
                    priority: Some(priority),
                    ..Patch::default()
                };
                tickets::change(&db.store, &agent, ticket, patch)
                    .await
                    .unwrap()
            }
            2 => {
                let status = [Status::WaitingOnCustomer, Status::InProgress][n / 6 % 2];
                let patch = Patch {
                    status: Some(status),
                    ..Patch::default()
                };
                tickets::change(&db.store, &agent, ticket, patch)
                    .await
                    .unwrap()
            }
            3 => {
                let new = db.new_ticket("New");
                let created = tickets::create(&db.store, &customer, &new).await.unwrap();
                return (new.id, Seq::ZERO, created.rows);
            }
            4 => {
                let appended = db.append(&[message(ticket, db.customer, "sent")]).await;
                assert!(matches!(appended.outcomes[..], [Outcome::Stored(_)]));
                appended.rows
            }
            _ => {
                let sent = message(ticket, db.agent, "sent twice");
                stored(&db.send(sent.clone()).await);
                // For a duplicate, the result contains the event of the first send, and no other
                // events, because this transaction has written none.
                let appended = db.append(&[sent]).await;
                assert!(matches!(appended.outcomes[..], [Outcome::Duplicate(_)]));
                appended.rows
            }
        };
        (ticket, before, rows)
    }
}

#[tokio::test]
async fn a_write_is_answered_with_its_own_rows_while_the_numbers_of_another_cluster_come_round() {
    let restored = restored().await;
    let mut foreign = Vec::new();
    let (mut answered, mut met) = (0, 0);
    for n in 0..WRITES {
        let (ticket, before, rows) = restored.write(n).await;
        answered += rows.len();
        let strange = rows
            .iter()
            .filter(|row| row.ticket != ticket || row.seq <= before)
            .count();
        // After an edit, the REST API returns the text of the last event's message.
        let last = rows
            .last()
            .and_then(|row| row.message.as_ref())
            .map(|message| message.body.clone());
        if strange > 0 || (n % 6 == 0 && last != Some(format!("edited {n}"))) {
            foreign.push(format!(
                "write {n}: {strange} of {} rows, the last of them {last:?}",
                rows.len()
            ));
        }
        let now: i64 = restored
            .db
            .ask("select pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
            .await;
        met += usize::from((restored.foreign.0..=restored.foreign.1).contains(&now));
    }
    assert!(
        met > WRITES / 2,
        "only {met} writes met a number of the other cluster ({:?}): nothing is shown",
        restored.foreign
    );
    assert!(answered >= WRITES / 2, "{answered} rows in all answers");
    assert!(
        foreign.is_empty(),
        "foreign rows in {} of {WRITES} answers, among them {:?}",
        foreign.len(),
        &foreign[..foreign.len().min(4)]
    );
}

#[tokio::test]
async fn a_sweep_finds_nothing_of_another_cluster_and_everything_of_its_own() {
    let restored = restored().await;
    let store = &restored.db.store;
    let SweepResult { mut snapshot, .. } = sweep::sweep(store, None).await.unwrap();
    for look in ["first", "second"] {
        let next = sweep::sweep(store, Some(&snapshot)).await.unwrap();
        assert_eq!(
            next.moved.len(),
            0,
            "sweep {look} found tickets without new events"
        );
        snapshot = next.snapshot;
    }
    for n in 0..60 {
        let (ticket, _, rows) = restored.write(n).await;
        let next = sweep::sweep(store, Some(&snapshot)).await.unwrap();
        let moved: Vec<_> = next.moved.iter().map(|(moved, _)| *moved).collect();
        // A change to the status or priority that the ticket already has writes no event, so the
        // sweep finds nothing.
        assert!(
            moved == [ticket] || (moved.is_empty() && rows.is_empty()),
            "write {n}: {} tickets moved",
            moved.len()
        );
        snapshot = next.snapshot;
    }
}

#[tokio::test]
async fn the_cluster_has_the_number_that_its_first_rows_have() {
    let db = TestDb::open().await;
    // `helpline_cluster` must return the same number as this formula, which V4__history.sql uses.
    let number = "select helpline_cluster() = ('x' || substr(encode(sha256(int8send(s.system_identifier) || int8send(d.oid::bigint) \
         || int8send('support_ticket_activity'::regclass::oid::bigint)), 'hex'), 1, 16))::bit(64)::bigint \
         from pg_control_system() s, pg_database d where d.datname = current_database()";
    assert!(db.ask::<bool>(number).await);
}
