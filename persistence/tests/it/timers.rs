//! Tests that a timer fires once, whichever instance tries it and whatever else happens to its ticket.

use chrono::{DateTime, Duration, Utc};
use helpline_core::ids::TicketId;
use helpline_core::reject::RejectCode;
use helpline_core::ticket::Status;
use helpline_persistence::tickets::{self, Patch};
use helpline_persistence::timers::{
    self, Action, Fired, NewTimer, Resolution, Timer, due, fire, held, resolve, states,
};
use helpline_persistence::{Caller, HandlerError, Store, Transaction};

use crate::follow::{refuse_at_commit, with_record};
use crate::plans::explaining;
use crate::test_db::{TestDb, message, refusal, stored};

const KIND: &str = "reminder";

fn at(minutes: i64) -> DateTime<Utc> {
    Utc::now() + Duration::minutes(minutes)
}

fn timer(ticket: TicketId, key: &str, due_at: DateTime<Utc>) -> NewTimer<'_> {
    NewTimer {
        ticket,
        kind: KIND,
        key,
        due_at,
        payload: serde_json::json!({"step": 1}),
    }
}

async fn set(store: &Store, timer: &NewTimer<'_>) {
    let mut transaction = store.begin().await.unwrap();
    timers::set(&mut transaction, timer).await.unwrap();
    transaction.commit().await.unwrap();
}

/// Records the timer; fails if its key is `bad`.
struct Record;

impl Action for Record {
    async fn act(
        &mut self,
        transaction: &mut Transaction,
        timer: &Timer,
    ) -> Result<(), HandlerError> {
        let (key, ticket) = (&timer.key, timer.ticket);
        transaction
            .run(&format!(
                "select helpline.test_handle('{key}', '{ticket}', 1)"
            ))
            .await?;
        if timer.key == "bad" {
            return Err(HandlerError::Event("this timer is bad".into()));
        }
        Ok(())
    }
}

async fn recorded(db: &TestDb) -> Vec<String> {
    db.ask("select coalesce(array_agg(consumer order by n), '{}') from test_handled")
        .await
}

#[tokio::test]
async fn a_timer_fires_when_it_is_due_and_can_be_moved_and_cancelled() {
    let db = TestDb::open().await;
    with_record(&db).await;
    let ticket = db.ticket().await;
    for (key, minutes) in [("late", -1), ("later", 10), ("earliest", -5), ("none", -2)] {
        set(&db.store, &timer(ticket, key, at(minutes))).await;
    }
    set(&db.store, &timer(ticket, "moved", at(-3))).await;
    set(&db.store, &timer(ticket, "moved", at(20))).await;
    let mut transaction = db.store.begin().await.unwrap();
    assert_eq!(
        timers::cancel(&mut transaction, ticket, KIND, Some("none"))
            .await
            .unwrap(),
        1
    );
    transaction.commit().await.unwrap();
    // Nothing of a transaction that is rolled back remains.
    let mut transaction = db.store.begin().await.unwrap();
    timers::cancel(&mut transaction, ticket, KIND, None)
        .await
        .unwrap();
    drop(transaction);

    let found = due(&db.store, &[KIND], None).await.unwrap();
    assert_eq!(found.len(), 2);
    assert_eq!(
        due(&db.store, &[KIND], Some(&found[0])).await.unwrap(),
        found[1..]
    );
    assert_eq!(due(&db.store, &["another"], None).await.unwrap(), []);
    for due in &found {
        assert!(matches!(
            fire(db.store.begin().await.unwrap(), due, &mut Record)
                .await
                .unwrap(),
            Fired::Done(_)
        ));
        assert_eq!(
            fire(db.store.begin().await.unwrap(), due, &mut Record)
                .await
                .unwrap(),
            Fired::Gone
        );
    }
    assert_eq!(recorded(&db).await, ["earliest", "late"]);

    db.set_clock("15 minutes").await;
    let found = due(&db.store, &[KIND], None).await.unwrap();
    assert_eq!(found.len(), 1);
    // Moved meanwhile: it must not fire early.
    set(&db.store, &timer(ticket, "later", at(60))).await;
    assert_eq!(
        fire(db.store.begin().await.unwrap(), &found[0], &mut Record)
            .await
            .unwrap(),
        Fired::Gone
    );
    db.set_clock("2 hours").await;
    let state = &states(&db.store, &[KIND]).await.unwrap()[0];
    assert_eq!((state.due, state.held), (2, 0));
    db.set_clock("-1 hour").await;
    assert_eq!(due(&db.store, &[KIND], None).await.unwrap(), []);
    let unknown = NewTimer {
        ticket: TicketId::new(uuid::Uuid::now_v7()),
        ..timer(ticket, "x", at(1))
    };
    let mut transaction = db.store.begin().await.unwrap();
    assert_eq!(
        refusal(timers::set(&mut transaction, &unknown).await),
        RejectCode::NotFound
    );
}

#[tokio::test]
async fn a_timer_that_fails_is_tried_again_and_then_waits_for_an_admin() {
    let db = TestDb::open().await;
    with_record(&db).await;
    let (bad, good) = (db.ticket().await, db.ticket().await);
    set(&db.store, &timer(bad, "bad", at(-2))).await;
    set(&db.store, &timer(good, "good", at(-1))).await;
    let deadline: DateTime<Utc> = db.ask("select due_at from timers where key = 'bad'").await;
    for attempt in 1..=3 {
        for due in due(&db.store, &[KIND], None).await.unwrap() {
            fire(db.store.begin().await.unwrap(), &due, &mut Record)
                .await
                .unwrap();
        }
        assert_eq!(
            due(&db.store, &[KIND], None).await.unwrap(),
            [],
            "attempt {attempt}"
        );
        db.set_clock(&format!("{attempt} hours")).await;
    }
    assert_eq!(recorded(&db).await, ["good"]);
    assert_eq!(due(&db.store, &[KIND], None).await.unwrap(), []);
    let list = held(&db.store).await.unwrap();
    assert_eq!(list.len(), 1);
    assert_eq!(
        (list[0].attempts, list[0].error.as_str()),
        (3, "this timer is bad")
    );
    assert_eq!(list[0].timer.due_at, deadline, "the true deadline");
    let agent = db.caller(db.agent);
    let refused = resolve(&db.store, &agent, list[0].id, Resolution::Retry).await;
    assert_eq!(refusal(refused), RejectCode::Forbidden);
    let admin = db.caller(db.boss);
    resolve(&db.store, &admin, list[0].id, Resolution::Retry)
        .await
        .unwrap();
    assert_eq!(due(&db.store, &[KIND], None).await.unwrap().len(), 1);
    let gone = resolve(&db.store, &admin, list[0].id, Resolution::Remove).await;
    assert_eq!(refusal(gone), RejectCode::NotFound);
    let rows: i64 = db
        .ask("select count(*) from access_log where action = 'timer_retried'")
        .await;
    assert_eq!(rows, 1);
}

#[tokio::test]
async fn a_timer_whose_commit_would_fail_is_a_timer_that_fails() {
    let db = TestDb::open().await;
    with_record(&db).await;
    let ticket = db.ticket().await;
    db.sql(&refuse_at_commit("new.consumer = 'refused'")).await;
    set(&db.store, &timer(ticket, "refused", at(-2))).await;
    let found = due(&db.store, &[KIND], None).await.unwrap();
    let outcome = fire(db.store.begin().await.unwrap(), &found[0], &mut Record).await;
    assert!(matches!(outcome.unwrap(), timers::Fired::Failed));
    let why: String = db.ask("select error from timers").await;
    assert!(why.contains("refused at commit"), "{why}");
}

#[tokio::test]
async fn a_failure_does_not_put_off_a_timer_that_was_moved_meanwhile() {
    let db = TestDb::open().await;
    set(&db.store, &timer(db.ticket().await, "moved", at(-2))).await;
    let fail = "select timers_fail(id, 0, (select fire_at from test_before), 'failed', 3, 1000) from timers";
    db.sql("create table test_before as select fire_at from timers")
        .await;
    let tomorrow = "update timers set fire_at = clock() + interval '1 day', due_at = clock() + interval '1 day'";
    db.sql(tomorrow).await;
    assert!(!db.ask::<bool>(fail).await);
    db.sql("update timers set fire_at = (select fire_at from test_before)")
        .await;
    assert!(db.ask::<bool>(fail).await);
}

#[tokio::test]
async fn a_locked_ticket_delays_no_other_timer() {
    let db = TestDb::open().await;
    with_record(&db).await;
    let (locked, free) = (db.ticket().await, db.ticket().await);
    set(&db.store, &timer(locked, "locked", at(-2))).await;
    set(&db.store, &timer(free, "free", at(-1))).await;
    let foreign = db.another_admin().await;
    let lock =
        format!("begin; select from support_tickets where id = '{locked}' for no key update");
    foreign.batch_execute(&lock).await.unwrap();
    let found = due(&db.store, &[KIND], None).await.unwrap();
    let began = std::time::Instant::now();
    assert_eq!(
        fire(db.store.begin().await.unwrap(), &found[0], &mut Record)
            .await
            .unwrap(),
        Fired::Taken
    );
    assert!(matches!(
        fire(db.store.begin().await.unwrap(), &found[1], &mut Record)
            .await
            .unwrap(),
        Fired::Done(_)
    ));
    assert!(began.elapsed() < std::time::Duration::from_secs(2));
    foreign.batch_execute("commit").await.unwrap();
    assert!(matches!(
        fire(db.store.begin().await.unwrap(), &found[0], &mut Record)
            .await
            .unwrap(),
        Fired::Done(_)
    ));
}

/// Changes the ticket's status when the timer fires, and sets the next timer.
struct ChangeStatus {
    caller: Caller,
    record: Record,
}

impl Action for ChangeStatus {
    async fn act(
        &mut self,
        transaction: &mut Transaction,
        timer: &Timer,
    ) -> Result<(), HandlerError> {
        self.record.act(transaction, timer).await?;
        let patch = Patch {
            status: Some(Status::WaitingOnCustomer),
            ..Patch::default()
        };
        tickets::change(&mut *transaction, &self.caller, timer.ticket, patch).await?;
        Ok(())
    }
}

#[tokio::test]
async fn two_instances_and_status_changes_fire_each_timer_once_without_a_deadlock() {
    const TICKETS: usize = 8;
    const ROUNDS: usize = 12;
    let db = TestDb::open_with_connections(8).await;
    with_record(&db).await;
    let mut all = Vec::new();
    for n in 0..TICKETS {
        all.push(db.ticket_of(db.customer, &format!("{n}")).await);
    }
    for round in 0..ROUNDS {
        for ticket in &all {
            set(&db.store, &timer(*ticket, &format!("{round}"), at(-1))).await;
        }
        let instance = async |_: u8| {
            let mut action = ChangeStatus {
                caller: db.caller(db.agent),
                record: Record,
            };
            for due in due(&db.store, &[KIND], None).await.unwrap() {
                fire(db.store.begin().await.unwrap(), &due, &mut action)
                    .await
                    .unwrap();
            }
        };
        // Changes each ticket's status and its timers in one transaction, as a consumer does.
        let changes = async {
            let caller = db.caller(db.agent);
            for ticket in &all {
                let mut transaction = db.store.begin().await.unwrap();
                let patch = Patch {
                    status: Some(Status::InProgress),
                    ..Patch::default()
                };
                tickets::change(&mut transaction, &caller, *ticket, patch)
                    .await
                    .unwrap();
                timers::set(
                    &mut transaction,
                    &timer(*ticket, &format!("{round}"), at(-1)),
                )
                .await
                .unwrap();
                transaction.commit().await.unwrap();
            }
        };
        tokio::join!(instance(1), instance(2), changes);
        instance(3).await;
        let left: i64 = db.ask("select count(*) from timers").await;
        assert_eq!(left, 0, "round {round}");
    }
    let deadlocks: i64 = db
        .ask("select deadlocks from pg_stat_database where datname = current_database()")
        .await;
    assert_eq!(deadlocks, 0);
}

#[tokio::test]
async fn two_instances_that_race_for_the_same_timers_fire_each_once() {
    let db = TestDb::open_with_connections(8).await;
    with_record(&db).await;
    let mut expected = Vec::new();
    for n in 0..60 {
        let ticket = db.ticket_of(db.customer, "x").await;
        set(&db.store, &timer(ticket, &format!("{n:02}"), at(-100 + n))).await;
        expected.push(format!("{n:02}"));
    }
    let found = due(&db.store, &[KIND], None).await.unwrap();
    let instance = async || {
        let mut fired = 0;
        for due in &found {
            let outcome = fire(db.store.begin().await.unwrap(), due, &mut Record)
                .await
                .unwrap();
            fired += u32::from(matches!(outcome, Fired::Done(_)));
        }
        fired
    };
    let (one, two, three) = tokio::join!(instance(), instance(), instance());
    assert_eq!(one + two + three, 60);
    let mut recorded = recorded(&db).await;
    recorded.sort();
    assert_eq!(recorded, expected);
}

#[tokio::test]
async fn a_deleted_ticket_takes_its_timers_with_it() {
    let db = TestDb::open().await;
    let ticket = db.ticket().await;
    stored(&db.send(message(ticket, db.customer, "x")).await);
    set(&db.store, &timer(ticket, "x", at(1))).await;
    db.sql(&format!(
        "update support_tickets set archived_at = '2000-01-01', status = 'closed' where id = '{ticket}'; \
         select delete_old_archived_tickets()"
    ))
    .await;
    let left: i64 = db.ask("select count(*) from timers").await;
    assert_eq!(left, 0);
}

/// Adds many timers of the next day on one ticket.
async fn add_timers(db: &TestDb, from: u32, to: u32) {
    let ticket: uuid::Uuid = db.ask("select id from support_tickets limit 1").await;
    db.sql(&format!(
        "insert into timers (kind, ticket_id, key, due_at, fire_at)
         select '{KIND}', '{ticket}', 'k' || n, now() + n * interval '80 milliseconds', now() + n * interval '80 milliseconds'
         from generate_series({from}, {to}) n; analyze timers"
    ))
    .await;
}

/// Pages of the database that the due query reads.
async fn pages_read(db: &TestDb) -> u64 {
    let sql = format!(
        "explain (analyze, buffers, format json) select * from timers_due(array['{KIND}'], '1970-01-01', 0, 200)"
    );
    db.sql(&sql).await;
    let plan: serde_json::Value = db.ask(&sql).await;
    let plan = &plan[0]["Plan"];
    plan["Shared Hit Blocks"].as_u64().unwrap() + plan["Shared Read Blocks"].as_u64().unwrap()
}

/// Pages of the database that claiming one of the due timers reads. The timer is then gone.
async fn pages_of_claim(db: &TestDb) -> u64 {
    let id: i64 = db
        .ask("select id from timers where fire_at < now() order by fire_at, id limit 1")
        .await;
    let sql = format!("explain (analyze, buffers, format json) select * from timers_claim({id})");
    let plan: serde_json::Value = db.ask(&sql).await;
    let plan = &plan[0]["Plan"];
    plan["Shared Hit Blocks"].as_u64().unwrap() + plan["Shared Read Blocks"].as_u64().unwrap()
}

async fn firing_cost_is_flat(few_timers: u32, many: u32) {
    let db = TestDb::open().await;
    with_record(&db).await;
    let ticket = db.ticket().await;
    add_timers(&db, 1, few_timers).await;
    for n in 0..20 {
        set(&db.store, &timer(ticket, &format!("due {n}"), at(-1))).await;
    }
    let few = pages_read(&db).await;
    // The first call in a session also reads the catalog.
    pages_of_claim(&db).await;
    let claim_few = pages_of_claim(&db).await;
    add_timers(&db, few_timers + 1, many).await;
    let all = pages_read(&db).await;
    assert!(
        all <= few + 10,
        "{few} pages with {few_timers} timers, {all} with {many}"
    );
    pages_of_claim(&db).await;
    let claim_all = pages_of_claim(&db).await;
    assert!(
        claim_all <= claim_few + 10,
        "a claim reads {claim_few} pages with {few_timers} timers, {claim_all} with {many}"
    );
    let (client, told) = explaining(&db).await;
    client
        .batch_execute(&format!(
            "select * from timers_due(array['{KIND}', 'other'], '1970-01-01', 0, 200)"
        ))
        .await
        .unwrap();
    let plans = told.lock().unwrap().clone();
    assert!(plans.contains("timers_fire_idx"), "{plans}");
    assert!(!plans.contains("Seq Scan on timers"), "{plans}");
    let began = std::time::Instant::now();
    let found = due(&db.store, &[KIND], None).await.unwrap();
    for due in &found {
        assert!(matches!(
            fire(db.store.begin().await.unwrap(), due, &mut Record)
                .await
                .unwrap(),
            Fired::Done(_)
        ));
    }
    println!(
        "{many} timers: {few} and {all} pages, a claim {claim_few} and {claim_all}, {} fired in {:?}",
        found.len(),
        began.elapsed()
    );
}

#[tokio::test]
async fn firing_costs_the_same_with_thirty_thousand_timers() {
    firing_cost_is_flat(1_000, 30_000).await;
}

#[tokio::test]
#[ignore = "takes a minute"]
async fn firing_costs_the_same_with_a_million_timers() {
    firing_cost_is_flat(10_000, 1_000_000).await;
}
