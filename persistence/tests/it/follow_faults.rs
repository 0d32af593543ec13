//! Tests that an event that a consumer cannot handle holds only its own ticket.

use helpline_core::ids::{Seq, TicketId};
use helpline_core::reject::RejectCode;
use helpline_persistence::follow::{
    self, Fault, Limits, PollResult, Progress, RecentEvents, Resolution, Start, faults, resolve,
};

use crate::follow::{
    CONSUMER, Recorder, assert_each_once_in_order, drain, refuse_at_commit, with_record,
};
use crate::test_db::{TestDb, message, refusal, stored, until};

/// Makes a fault that is due later due at once.
async fn make_due(db: &TestDb) {
    db.sql("update consumer_faults set next_at = '2020-01-01'")
        .await;
}

async fn poll_with(db: &TestDb, bad: &[&'static str]) -> PollResult {
    let mut recorder = Recorder {
        bad: bad.to_vec(),
        ..Recorder::default()
    };
    follow::poll(
        &db.store,
        CONSUMER,
        Limits::default(),
        &RecentEvents::default(),
        &mut recorder,
    )
    .await
    .unwrap()
}

/// Two tickets, of which the first has an event that fails, in the middle of its history.
async fn with_a_bad_event(db: &TestDb) -> (TicketId, TicketId) {
    with_record(db).await;
    follow::register(&db.store, CONSUMER, Start::Now)
        .await
        .unwrap();
    let (bad, good) = (db.ticket().await, db.ticket().await);
    for body in ["fine", "bad", "after"] {
        stored(&db.send(message(bad, db.customer, body)).await);
    }
    (bad, good)
}

async fn handled(db: &TestDb, ticket: TicketId) -> Vec<i64> {
    db.ask(&format!(
        "select coalesce(array_agg(seq order by n), '{{}}') from test_handled where ticket_id = '{ticket}'"
    ))
    .await
}

async fn only_fault(db: &TestDb) -> Fault {
    let mut all = faults(&db.store).await.unwrap();
    assert_eq!(all.len(), 1);
    all.remove(0)
}

#[tokio::test]
async fn a_bad_event_holds_only_its_ticket_until_an_admin_retries() {
    let db = TestDb::open().await;
    let (bad, good) = with_a_bad_event(&db).await;
    let poll = poll_with(&db, &["bad"]).await;
    assert_eq!((poll.handled, poll.failed), (5, 1));
    assert_eq!(handled(&db, bad).await, [1, 2, 3]);
    assert_eq!(handled(&db, good).await, [1, 2]);
    // Later events of the ticket wait, and those of others do not.
    stored(&db.send(message(bad, db.customer, "later")).await);
    stored(&db.send(message(good, db.customer, "other")).await);
    assert_eq!(poll_with(&db, &["bad"]).await.handled, 1);
    assert_eq!(handled(&db, good).await, [1, 2, 3]);
    for attempt in 2..=3 {
        make_due(&db).await;
        poll_with(&db, &["bad"]).await;
        let fault = only_fault(&db).await;
        assert_eq!((fault.seq.get(), fault.attempts), (4, attempt));
        assert_eq!(fault.held_at.is_some(), attempt == 3);
        assert_eq!(fault.last_seq.get(), 6);
        assert_eq!(fault.error, "event 4 is bad");
    }
    make_due(&db).await;
    assert_eq!(
        poll_with(&db, &[]).await.progress,
        Progress::Idle,
        "nothing is tried without an admin"
    );
    let state = follow::states(&db.store).await.unwrap().remove(0);
    assert_eq!((state.faults, state.held, state.waiting), (1, 1, 0));

    let at = (bad, Seq::new(4));
    for (who, code) in [
        (db.agent, RejectCode::Forbidden),
        (db.customer, RejectCode::Forbidden),
    ] {
        let asked = resolve(&db.store, &db.caller(who), CONSUMER, at, Resolution::Retry).await;
        assert_eq!(refusal(asked), code);
    }
    let admin = db.caller(db.boss);
    resolve(&db.store, &admin, CONSUMER, at, Resolution::Retry)
        .await
        .unwrap();
    assert_eq!(poll_with(&db, &[]).await.handled, 3);
    assert_eq!(faults(&db.store).await.unwrap(), []);
    assert_each_once_in_order(&db, "after the retry").await;
    let recorded = "select count(*) from access_log where action = 'consumer_event_retried' and detail ->> 'error' = 'event 4 is bad'";
    assert_eq!(db.ask::<i64>(recorded).await, 1);
}

#[tokio::test]
async fn an_admin_skips_only_the_event_that_they_saw() {
    let db = TestDb::open().await;
    let (bad, _) = with_a_bad_event(&db).await;
    poll_with(&db, &["bad", "after"]).await;
    let admin = db.caller(db.boss);
    let skip = async |seq| {
        resolve(
            &db.store,
            &admin,
            CONSUMER,
            (bad, Seq::new(seq)),
            Resolution::Skip,
        )
        .await
    };
    assert_eq!(refusal(skip(3).await), RejectCode::Conflict);
    skip(4).await.unwrap();
    // The next event fails as well, and is counted anew.
    poll_with(&db, &["bad", "after"]).await;
    let fault = only_fault(&db).await;
    assert_eq!((fault.seq.get(), fault.attempts), (5, 1));
    skip(5).await.unwrap();
    assert_eq!(refusal(skip(5).await), RejectCode::NotFound);
    stored(&db.send(message(bad, db.customer, "last")).await);
    poll_with(&db, &["bad", "after"]).await;
    assert_eq!(handled(&db, bad).await, [1, 2, 3, 6]);
    let recorded = "select count(*) from access_log where action = 'consumer_event_skipped'";
    assert_eq!(db.ask::<i64>(recorded).await, 2);
}

/// Handles events while an admin skips the failed event of another ticket.
struct Meanwhile {
    /// Counts the transactions that wait for an advisory lock.
    waiting: &'static str,
    admin: tokio_postgres::Client,
    skip: Option<tokio::task::JoinHandle<Result<(), helpline_persistence::StoreError>>>,
    store: helpline_persistence::Store,
    who: helpline_persistence::Caller,
    at: (TicketId, Seq),
}

impl follow::Handler for Meanwhile {
    async fn handle(
        &mut self,
        transaction: &mut helpline_persistence::Transaction,
        events: &[std::sync::Arc<follow::Event>],
    ) -> Result<(), helpline_persistence::HandlerError> {
        let (store, who, at) = (self.store.clone(), self.who.clone(), self.at);
        let skip =
            tokio::spawn(
                async move { resolve(&store, &who, CONSUMER, at, Resolution::Skip).await },
            );
        while !skip.is_finished() {
            let waiting = self.admin.query_one(self.waiting, &[]).await.unwrap();
            if waiting.get::<_, i64>(0) > 0 {
                break;
            }
            tokio::task::yield_now().await;
        }
        self.skip = Some(skip);
        for event in events {
            let (ticket, seq) = (event.row.ticket, event.row.seq);
            let sql = format!("select helpline.test_handle('{CONSUMER}', '{ticket}', {seq})");
            transaction.run(&sql).await?;
        }
        Ok(())
    }
}

#[tokio::test]
async fn an_event_that_is_skipped_during_a_poll_takes_no_later_event_with_it() {
    let db = TestDb::open().await;
    let (bad, good) = with_a_bad_event(&db).await;
    poll_with(&db, &["bad"]).await;
    let fault = only_fault(&db).await;
    // Only the failed event has been passed. The poll then meets later ones.
    db.sql("update consumer_faults set last_seq = seq, held_at = now()")
        .await;
    db.sql(&format!(
        "delete from test_handled where ticket_id = '{bad}' and seq > {}",
        fault.seq
    ))
    .await;
    stored(&db.send(message(bad, db.customer, "later")).await);
    stored(&db.send(message(good, db.customer, "other")).await);
    let mut meanwhile = Meanwhile {
        waiting: "select count(*) from pg_locks where locktype = 'advisory' and not granted \
                        and database = (select oid from pg_database where datname = current_database())",
        admin: db.another_admin().await,
        skip: None,
        store: db.store.clone(),
        who: db.caller(db.boss),
        at: (bad, fault.seq),
    };
    let recent = RecentEvents::default();
    follow::poll(
        &db.store,
        CONSUMER,
        Limits::default(),
        &recent,
        &mut meanwhile,
    )
    .await
    .unwrap();
    let skip = meanwhile.skip.take().expect("the handler was called");
    skip.await.unwrap().unwrap();
    make_due(&db).await;
    drain(&db.store, Limits::default()).await;
    let last = handled(&db, bad).await.last().copied();
    assert_eq!(last, Some(6), "the later event was handled");
}

/// Takes longer than a statement may.
struct Slow;

impl follow::Handler for Slow {
    async fn handle(
        &mut self,
        transaction: &mut helpline_persistence::Transaction,
        _: &[std::sync::Arc<follow::Event>],
    ) -> Result<(), helpline_persistence::HandlerError> {
        let slow = "set local statement_timeout = 20; select pg_sleep(9)";
        Ok(transaction.run(slow).await?)
    }
}

#[tokio::test]
async fn a_handler_that_always_takes_too_long_holds_its_ticket() {
    let db = TestDb::open().await;
    with_a_bad_event(&db).await;
    let recent = RecentEvents::default();
    for _ in 0..3 {
        make_due(&db).await;
        follow::poll(&db.store, CONSUMER, Limits::default(), &recent, &mut Slow)
            .await
            .unwrap();
    }
    let all = faults(&db.store).await.unwrap();
    assert!(!all.is_empty());
    assert!(all.iter().all(|fault| fault.held_at.is_some()), "{all:?}");
}

#[tokio::test]
async fn a_long_ticket_catches_up_in_portions_while_its_history_grows() {
    let db = TestDb::open().await;
    let (bad, _) = with_a_bad_event(&db).await;
    poll_with(&db, &["bad"]).await;
    for n in 0..20 {
        stored(&db.send(message(bad, db.customer, &format!("{n}"))).await);
        if n % 5 == 0 {
            poll_with(&db, &["bad"]).await;
        }
    }
    make_due(&db).await;
    let limits = Limits {
        portion_events_max: 3,
        window_events_max: 1_000,
    };
    for n in 0..30 {
        if n % 4 == 0 {
            stored(&db.send(message(bad, db.customer, "more")).await);
        }
        follow::poll(
            &db.store,
            CONSUMER,
            limits,
            &RecentEvents::default(),
            &mut Recorder::default(),
        )
        .await
        .unwrap();
    }
    drain(&db.store, limits).await;
    assert_eq!(faults(&db.store).await.unwrap(), []);
    assert_each_once_in_order(&db, "in portions").await;
}

/// Changes the ticket of each event, and so waits for its lock.
struct Locking;

impl follow::Handler for Locking {
    async fn handle(
        &mut self,
        transaction: &mut helpline_persistence::Transaction,
        events: &[std::sync::Arc<follow::Event>],
    ) -> Result<(), helpline_persistence::HandlerError> {
        for event in events {
            let (ticket, seq) = (event.row.ticket, event.row.seq);
            transaction
                .run(&format!(
                    "select helpline.test_lock('{ticket}'); select helpline.test_handle('{CONSUMER}', '{ticket}', {seq})"
                ))
                .await?;
        }
        Ok(())
    }
}

#[tokio::test]
async fn a_locked_ticket_is_put_off_without_an_attempt_and_stops_no_other() {
    let db = TestDb::open().await;
    with_record(&db).await;
    db.sql(
        "create function helpline.test_lock(uuid) returns void language sql security definer set search_path = pg_catalog, helpline, pg_temp
           as 'select from support_tickets where id = $1 for no key update';
         grant execute on function helpline.test_lock(uuid) to helpline_service",
    )
    .await;
    follow::register(&db.store, CONSUMER, Start::Now)
        .await
        .unwrap();
    let (locked, free) = (db.ticket().await, db.ticket().await);
    let foreign = db.another_admin().await;
    foreign
        .batch_execute(&format!(
            "begin; select from support_tickets where id = '{locked}' for no key update"
        ))
        .await
        .unwrap();
    let poll = async || {
        follow::poll(
            &db.store,
            CONSUMER,
            Limits::default(),
            &RecentEvents::default(),
            &mut Locking,
        )
        .await
        .unwrap()
    };
    assert_eq!(poll().await.handled, 2);
    assert_eq!(handled(&db, free).await, [1, 2]);
    for _ in 0..4 {
        make_due(&db).await;
        poll().await;
    }
    let fault = only_fault(&db).await;
    assert_eq!(
        (fault.ticket, fault.attempts, fault.held_at),
        (locked, 0, None)
    );
    foreign.batch_execute("commit").await.unwrap();
    until("the ticket is free", async || {
        poll().await;
        faults(&db.store).await.unwrap().is_empty()
    })
    .await;
    assert_each_once_in_order(&db, "after the lock").await;
}

#[tokio::test]
async fn a_paused_consumer_stands_still() {
    let db = TestDb::open().await;
    let (_, _) = with_a_bad_event(&db).await;
    let agent = db.caller(db.agent);
    assert_eq!(
        refusal(follow::pause(&db.store, &agent, CONSUMER).await),
        RejectCode::Forbidden
    );
    let admin = db.caller(db.boss);
    follow::pause(&db.store, &admin, CONSUMER).await.unwrap();
    assert_eq!(poll_with(&db, &[]).await.progress, Progress::Paused);
    let state = follow::states(&db.store).await.unwrap().remove(0);
    assert!(state.paused_at.is_some() && state.waiting == 7, "{state:?}");
    assert!(state.oldest_at.is_some());
    follow::resume(&db.store, &admin, CONSUMER).await.unwrap();
    assert_eq!(poll_with(&db, &[]).await.handled, 7);
    assert_eq!(
        refusal(follow::pause(&db.store, &admin, "unknown").await),
        RejectCode::NotFound
    );
}

#[tokio::test]
async fn a_constraint_that_is_checked_by_the_commit_holds_only_its_ticket() {
    let db = TestDb::open().await;
    let (bad, good) = with_a_bad_event(&db).await;
    db.sql(&refuse_at_commit(&format!(
        "new.ticket_id = '{bad}' and new.seq = 3"
    )))
    .await;
    poll_with(&db, &[]).await;
    assert_eq!(handled(&db, bad).await, [1, 2]);
    assert_eq!(handled(&db, good).await, [1, 2]);
    assert!(only_fault(&db).await.error.contains("refused at commit"));
    db.sql("drop trigger test_deferred on test_handled").await;
    make_due(&db).await;
    drain(&db.store, Limits::default()).await;
    assert_each_once_in_order(&db, "after the constraint was dropped").await;
}
