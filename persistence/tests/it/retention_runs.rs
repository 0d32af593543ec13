//! Tests runs of retention: what they change and what they leave, and that an interrupted run is
//! continued.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use helpline_core::ids::{LegalHoldId, RetentionRunId, TicketId};
use helpline_core::protocol::{RetentionKind, RetentionRun, RetentionSkipped, RetentionState};
use helpline_core::retention::{Class, TicketAge, classify};
use helpline_persistence::StoreError;
use helpline_persistence::legal_holds::{self, HoldScope, NewHold};
use helpline_persistence::retention::{self, PortionSize, act, act_in, begin};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use uuid::Uuid;

use crate::test_db::{TestDb, until};

pub const SMALL: PortionSize = PortionSize {
    examined_max: 7,
    tickets_max: 3,
    entries_max: 5,
};

pub fn period(n: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_700_000_000 + n, 0).unwrap()
}

/// Changes rows as a restored or imported database has them: without triggers.
pub async fn as_imported(db: &TestDb, sql: &str) {
    db.sql(&format!(
        "set session_replication_role = replica; {sql}; set session_replication_role = origin"
    ))
    .await;
}

/// Creates so many tickets, each closed so many months before now.
pub async fn closed_tickets(db: &TestDb, count: usize, months: u32) {
    let who = db.customer;
    db.sql(&format!(
        "insert into support_tickets (user_id, subject) select '{who}', 'Old' from generate_series(1, {count})"
    ))
    .await;
    as_imported(db, &format!(
        "update support_tickets set status = 'closed', closed_at = now() - interval '{months} months' where subject = 'Old' and closed_at is null"
    ))
    .await;
}

/// Runs a run to its end and returns its receipt.
pub async fn finish(db: &TestDb, run: RetentionRunId, size: PortionSize) -> RetentionRun {
    loop {
        let portion = act(&db.store, run, size).await.unwrap();
        if portion.run.state != RetentionState::Acting {
            return portion.run;
        }
    }
}

pub async fn begun(db: &TestDb, kind: RetentionKind, n: i64) -> RetentionRun {
    begin(&db.store, kind, period(n)).await.unwrap().unwrap()
}

pub async fn hold(db: &TestDb, scope: HoldScope) -> LegalHoldId {
    let id = LegalHoldId::new(Uuid::now_v7());
    let new = NewHold {
        id,
        scope,
        reason: "A lawsuit".into(),
        review_at: None,
    };
    legal_holds::set(&db.store, &db.caller(db.boss), new)
        .await
        .unwrap();
    id
}

/// Reads what `core` must know about every ticket, without the database's rule.
async fn ages(db: &TestDb) -> Vec<(TicketId, TicketAge)> {
    let sql = "select id, status, coalesce(closed_at, resolved_at), archived_at, legal_hold
        or exists (select 1 from legal_holds h where h.released_at is null and (h.ticket_id = t.id or h.person_id = t.user_id))
        from support_tickets t order by id";
    let rows = db.admin.query(sql, &[]).await.unwrap();
    let age = |row: &tokio_postgres::Row| TicketAge {
        status: row.get::<_, &str>(1).parse().unwrap(),
        ended_at: row.get(2),
        archived_at: row.get(3),
        is_held: row.get(4),
    };
    rows.iter()
        .map(|row| (TicketId::new(row.get(0)), age(row)))
        .collect()
}

async fn in_class(db: &TestDb, run: &RetentionRun, class: Class) -> BTreeSet<TicketId> {
    let all = ages(db).await.into_iter();
    all.filter(|(_, age)| classify(run.kind, age, run.cutoff) == class)
        .map(|(id, _)| id)
        .collect()
}

async fn digest_of(db: &TestDb, ids: &BTreeSet<TicketId>) -> String {
    let text: Vec<String> = ids.iter().map(ToString::to_string).collect();
    let text = text.join("\\n");
    db.ask(&format!(
        "select encode(sha256(convert_to(e'{text}', 'UTF8')), 'hex')"
    ))
    .await
}

/// Creates tickets of random states and ages, some of them under holds.
async fn random_desk(db: &TestDb, rng: &mut StdRng) {
    let people = [db.customer, db.stranger];
    for _ in 0..rng.random_range(20..45) {
        let owner = people[rng.random_range(0..people.len())];
        let id = Uuid::from_u128(rng.random());
        db.sql(&format!(
            "insert into support_tickets (id, user_id, subject) values ('{id}', '{owner}', 'Random')"
        ))
        .await;
        let status = [
            "open",
            "waiting_on_customer",
            "resolved",
            "closed",
            "closed",
            "closed",
        ][rng.random_range(0..6)];
        // Ages around the boundaries of 6 and 24 months, to the second.
        let months = [1, 6, 6, 24, 24, 40][rng.random_range(0..6)];
        let seconds: i64 = [-86_400, -5, 300, 86_400][rng.random_range(0..4)];
        let at = format!("now() - interval '{months} months' - interval '{seconds} seconds'");
        let ended = if matches!(status, "resolved" | "closed") && rng.random_bool(0.95) {
            at.as_str()
        } else {
            "null"
        };
        let archived = if rng.random_bool(0.4) {
            at.as_str()
        } else {
            "null"
        };
        let held = rng.random_bool(0.1);
        as_imported(db, &format!(
            "update support_tickets set status = '{status}', closed_at = {ended}, archived_at = {archived}, legal_hold = {held} where id = '{id}'"
        ))
        .await;
        if rng.random_bool(0.1) {
            hold(db, HoldScope::Ticket(TicketId::new(id))).await;
        }
    }
    if rng.random_bool(0.3) {
        hold(db, HoldScope::Person(db.stranger)).await;
    }
}

async fn run_seed(seed: u64) {
    let mut rng = StdRng::seed_from_u64(seed);
    let db = TestDb::open().await;
    random_desk(&db, &mut rng).await;
    for (n, kind) in (0..).zip([RetentionKind::Delete, RetentionKind::Archive]) {
        let run = begun(&db, kind, n).await;
        let due = in_class(&db, &run, Class::Due).await;
        let held = in_class(&db, &run, Class::Held).await;
        assert_eq!(
            (run.state, run.due, run.skipped.held),
            (RetentionState::Acting, due.len() as u64, held.len() as u64),
            "seed {seed}"
        );
        let before: BTreeSet<_> = ages(&db).await.into_iter().map(|(id, _)| id).collect();
        // A hold is set between plan and act.
        let mut expected = due.clone();
        if let (Some(late), true) = (due.first().copied(), rng.random_bool(0.7)) {
            hold(&db, HoldScope::Ticket(late)).await;
            expected.remove(&late);
        }
        let mut interrupted = 0;
        loop {
            let size = PortionSize {
                examined_max: rng.random_range(1..20),
                tickets_max: rng.random_range(1..5),
                entries_max: 10,
            };
            if rng.random_bool(0.4) && interrupted < 20 {
                // The instance is killed before its commit.
                interrupted += 1;
                let mut transaction = db.store.begin().await.unwrap();
                act_in(&mut transaction, run.id, size).await.unwrap();
                drop(transaction);
                continue;
            }
            let portion = act(&db.store, run.id, size).await;
            // The dropped connection may still be ending its transaction.
            if portion.unwrap().run.state == RetentionState::Done {
                break;
            }
        }
        let receipt = retention::list(&db.store, db.reader(db.boss))
            .await
            .unwrap();
        let receipt = receipt.into_iter().find(|one| one.id == run.id).unwrap();
        let after = ages(&db).await;
        let changed: BTreeSet<TicketId> = match kind {
            RetentionKind::Delete => {
                let left: BTreeSet<_> = after.iter().map(|(id, _)| *id).collect();
                before.difference(&left).copied().collect()
            }
            _ => {
                let archived =
                    "select ticket_id from support_ticket_activity where kind = 'archived'";
                let rows = db.admin.query(archived, &[]).await.unwrap();
                rows.iter().map(|row| TicketId::new(row.get(0))).collect()
            }
        };
        assert_eq!(changed, expected, "seed {seed} {kind}");
        assert_eq!(receipt.changed, expected.len() as u64, "seed {seed} {kind}");
        assert_eq!(
            receipt.digest,
            Some(digest_of(&db, &expected).await),
            "seed {seed} {kind}"
        );
        assert_eq!(receipt.kept.unwrap().busy, 0);
    }
    let receipts: i64 = db
        .ask("select count(*) from access_log where action = 'retention_run_done'")
        .await;
    assert_eq!(receipts, 2, "seed {seed}");
    let left: i64 = db.ask("select count(*) from retention_run_tickets").await;
    assert_eq!(left, 0);
}

#[tokio::test]
async fn a_run_changes_what_is_due_and_nothing_else_whenever_it_is_interrupted() {
    for seed in 0..12 {
        run_seed(seed).await;
    }
}

#[tokio::test]
async fn tickets_are_archived_and_later_deleted_by_a_moving_clock() {
    let db = TestDb::open().await;
    let ticket = db.ticket().await;
    db.sql("update support_tickets set status = 'resolved'")
        .await;
    db.set_clock("5 months").await;
    let none = begun(&db, RetentionKind::Archive, 1).await;
    assert_eq!(finish(&db, none.id, SMALL).await.changed, 0);
    db.set_clock("7 months").await;
    let run = begun(&db, RetentionKind::Archive, 2).await;
    let portion = act(&db.store, run.id, PortionSize::default())
        .await
        .unwrap();
    assert_eq!(portion.run.state, RetentionState::Done);
    let kinds: Vec<_> = portion.events.iter().map(|row| row.kind.as_str()).collect();
    assert_eq!(kinds, ["archived"], "the event is for publishing");
    db.set_clock("30 months").await;
    let early = begun(&db, RetentionKind::Delete, 3).await;
    assert_eq!(finish(&db, early.id, SMALL).await.changed, 0);
    db.set_clock("32 months").await;
    let run = begun(&db, RetentionKind::Delete, 4).await;
    let portion = act(&db.store, run.id, PortionSize::default())
        .await
        .unwrap();
    assert_eq!(portion.deleted, [ticket]);
    assert_eq!(portion.run.state, RetentionState::Done);
    // The same period has one run.
    let again = begun(&db, RetentionKind::Delete, 4).await;
    assert_eq!(again.id, run.id);
    assert!(
        act(&db.store, run.id, SMALL)
            .await
            .unwrap()
            .deleted
            .is_empty()
    );
}

#[tokio::test]
async fn a_run_changes_at_most_as_many_tickets_as_it_has_planned() {
    let db = TestDb::open().await;
    closed_tickets(&db, 5, 7).await;
    let run = begun(&db, RetentionKind::Archive, 1).await;
    closed_tickets(&db, 4, 8).await;
    let done = finish(&db, run.id, SMALL).await;
    assert_eq!((done.due, done.changed), (5, 5));
    let next = begun(&db, RetentionKind::Archive, 2).await;
    assert_eq!(finish(&db, next.id, SMALL).await.changed, 4);
}

#[tokio::test]
async fn a_run_that_was_planned_while_the_clock_was_ahead_stops() {
    let db = TestDb::open().await;
    closed_tickets(&db, 5, 1).await;
    db.set_clock("10 months").await;
    let run = begun(&db, RetentionKind::Archive, 1).await;
    assert_eq!((run.state, run.due), (RetentionState::Acting, 5));
    db.set_clock("0 months").await;
    let stopped = act(&db.store, run.id, SMALL).await.unwrap();
    assert_eq!(stopped.run.state, RetentionState::Stopped);
    assert_eq!(stopped.run.reason.as_deref(), Some("clock_set_back"));
    assert_eq!(stopped.events.len(), 0);
}

#[tokio::test]
async fn a_locked_ticket_is_tried_again_and_counted_if_it_stays_locked() {
    let db = TestDb::open().await;
    closed_tickets(&db, 2, 7).await;
    let locker = db.another_admin().await;
    let lock = "begin; select 1 from support_tickets order by id limit 1 for update";
    locker.batch_execute(lock).await.unwrap();
    let run = begun(&db, RetentionKind::Archive, 1).await;
    let first = act(&db.store, run.id, PortionSize::default())
        .await
        .unwrap();
    assert_eq!(
        (first.events.len(), first.run.state),
        (1, RetentionState::Acting)
    );
    locker.batch_execute("rollback").await.unwrap();
    let second = act(&db.store, run.id, PortionSize::default())
        .await
        .unwrap();
    assert_eq!(
        (second.events.len(), second.run.state),
        (1, RetentionState::Done)
    );
    // Another ticket stays locked until the run gives up.
    closed_tickets(&db, 1, 7).await;
    let lock = "begin; select 1 from support_tickets where archived_at is null for update";
    locker.batch_execute(lock).await.unwrap();
    let run = begun(&db, RetentionKind::Archive, 2).await;
    let receipt = finish(&db, run.id, PortionSize::default()).await;
    assert_eq!((receipt.changed, receipt.kept.unwrap().busy), (0, 1));
}

#[tokio::test]
async fn a_hold_that_is_set_during_a_portion_is_decided_before_or_after_it() {
    let db = TestDb::open().await;
    closed_tickets(&db, 2, 7).await;
    as_imported(
        &db,
        "update support_tickets set archived_at = now() - interval '30 months'",
    )
    .await;
    // A hold that is written but not committed makes the portion wait.
    let psql = db.another_admin().await;
    psql.batch_execute("begin").await.unwrap();
    let insert = "insert into legal_holds (id, ticket_id, reason, set_at)
        select gen_random_uuid(), id, 'Evidence', now() from support_tickets order by id limit 1";
    psql.batch_execute(insert).await.unwrap();
    let run = begun(&db, RetentionKind::Delete, 1).await;
    assert_eq!(run.due, 2, "the plan does not see the hold yet");
    let store = db.store.clone();
    let acting = tokio::spawn(async move { act(&store, run.id, PortionSize::default()).await });
    let waits = "select exists (select 1 from pg_locks l join pg_class c on c.oid = l.relation where c.relname = 'legal_holds' and not l.granted)";
    until("the portion waits for the hold", async || {
        db.ask::<bool>(waits).await
    })
    .await;
    psql.batch_execute("commit").await.unwrap();
    let portion = acting.await.unwrap().unwrap();
    assert_eq!(portion.deleted.len(), 1);
    assert_eq!(
        portion.run.kept.unwrap(),
        RetentionSkipped {
            held: 1,
            ..portion.run.kept.unwrap()
        }
    );
    // The other way round, the hold waits for the portion, and then knows what is left.
    db.sql("update legal_holds set released_at = now()").await;
    let run = begun(&db, RetentionKind::Delete, 2).await;
    let mut transaction = db.store.begin().await.unwrap();
    act_in(&mut transaction, run.id, PortionSize::default())
        .await
        .unwrap();
    let (store, boss, person) = (db.store.clone(), db.caller(db.boss), db.customer);
    let setting = tokio::spawn(async move {
        let new = NewHold {
            id: LegalHoldId::new(Uuid::now_v7()),
            scope: HoldScope::Person(person),
            reason: "A lawsuit".into(),
            review_at: None,
        };
        legal_holds::set(&store, &boss, new).await
    });
    until("the hold waits for the portion", async || {
        db.ask::<bool>(waits).await
    })
    .await;
    transaction.commit().await.unwrap();
    setting.await.unwrap().unwrap();
    let left: i64 = db.ask("select count(*) from support_tickets").await;
    assert_eq!(left, 0);
}

#[tokio::test]
async fn core_refuses_a_run_whose_cutoff_the_database_has_moved() {
    let db = TestDb::open().await;
    closed_tickets(&db, 1, 1).await;
    let run = begun(&db, RetentionKind::Archive, 1).await;
    db.sql("update retention_runs set cutoff = now()").await;
    let refused = act(&db.store, run.id, SMALL).await;
    assert!(matches!(refused, Err(StoreError::Row(_))), "{refused:?}");
    let archived: i64 = db
        .ask("select count(*) from support_tickets where archived_at is not null")
        .await;
    assert_eq!(archived, 0);
}

#[tokio::test]
async fn a_second_instance_leaves_a_run_alone_that_another_one_works_on() {
    let db = TestDb::open().await;
    closed_tickets(&db, 5, 7).await;
    let run = begun(&db, RetentionKind::Archive, 1).await;
    let mut first = db.store.begin().await.unwrap();
    act_in(&mut first, run.id, SMALL).await.unwrap();
    let second = act(&db.store, run.id, SMALL).await.unwrap();
    assert_eq!((second.events.len(), second.run.changed), (0, 0));
    first.commit().await.unwrap();
    assert_eq!(finish(&db, run.id, SMALL).await.changed, 5);
}

/// Another table refers to a ticket, or a trigger of the platform refuses its deletion. `deferred`
/// constraints complain only at the end of the transaction.
#[tokio::test]
async fn a_ticket_that_the_database_refuses_to_delete_stops_no_other() {
    for guard in [
        "create table test_refs (ticket_id uuid references support_tickets (id))",
        "create table test_refs (ticket_id uuid references support_tickets (id) deferrable initially deferred)",
    ] {
        let db = TestDb::open().await;
        closed_tickets(&db, 5, 7).await;
        as_imported(
            &db,
            "update support_tickets set archived_at = now() - interval '3 years'",
        )
        .await;
        db.sql(guard).await;
        let kept = "insert into test_refs select id from support_tickets order by id limit 1 returning ticket_id";
        let kept: Uuid = db.ask(kept).await;
        let run = begun(&db, RetentionKind::Delete, 1).await;
        let portion = act(&db.store, run.id, PortionSize::default())
            .await
            .unwrap();
        let refused: Vec<_> = portion.refused.iter().map(|(id, _)| id.uuid()).collect();
        assert_eq!((portion.deleted.len(), refused), (4, vec![kept]), "{guard}");
        assert!(portion.refused[0].1.contains("test_refs"), "{portion:?}");
        let receipt = finish(&db, run.id, PortionSize::default()).await;
        let left_out = receipt.kept.unwrap();
        assert_eq!(
            (receipt.changed, left_out.refused, left_out.busy),
            (4, 1, 0)
        );
        let left: Uuid = db.ask("select id from support_tickets").await;
        assert_eq!(left, kept);
        // The history of the ticket stands, too.
        let rows: i64 = db.ask("select count(*) from support_ticket_activity").await;
        assert!(rows > 0);
    }
}
