//! Tests that a delivery is attempted until it is done, under one id, and that receivers share the
//! workers' slots.

use std::collections::BTreeMap;
use std::time::Duration;

use helpline_core::ids::{Seq, TicketId};
use helpline_core::limits;
use helpline_core::reject::RejectCode;
use helpline_persistence::deliveries::{
    self, Completion, Leased, NewDelivery, Replay, Search, Since, Slots, claim_in, complete, dead,
    plan, replay, state,
};
use helpline_persistence::{Store, StoreError};
use uuid::Uuid;

use crate::plans::explaining;
use crate::test_db::{TestDb, refusal};

const KIND: &str = "webhook";
const SLOTS: Slots = Slots {
    free: 8,
    for_retries: 4,
    per_receiver: 4,
    lease: Duration::from_secs(60),
};

fn delivery(receiver: &str, ticket: TicketId, n: u64) -> NewDelivery {
    NewDelivery {
        id: Uuid::now_v7(),
        kind: KIND.into(),
        receiver: receiver.into(),
        event: Some((ticket, Seq::new(n))),
        key: format!("{ticket}:{n}"),
        payload: serde_json::json!({"n": n}),
    }
}

async fn add(db: &TestDb, all: &[NewDelivery]) -> Vec<Uuid> {
    let mut transaction = db.store.begin().await.unwrap();
    let new = plan(&mut transaction, all).await.unwrap();
    transaction.commit().await.unwrap();
    new
}

async fn add_many(db: &TestDb, receiver: &str, ticket: TicketId, count: u64) {
    let all: Vec<_> = (1..=count).map(|n| delivery(receiver, ticket, n)).collect();
    add(db, &all).await;
}

async fn claim(
    store: &Store,
    kind: &str,
    slots: Slots,
    after: Option<&str>,
) -> Result<Vec<Leased>, StoreError> {
    let mut transaction = store.begin().await?;
    let claimed = claim_in(&mut transaction, kind, slots, after, Search::All).await?;
    transaction.commit().await?;
    Ok(claimed)
}

async fn deleted_old(db: &TestDb, keep: Duration) -> Result<u64, StoreError> {
    let mut transaction = db.store.begin().await?;
    let deleted = deliveries::delete_old_in(&mut transaction, keep).await?;
    transaction.commit().await?;
    Ok(deleted)
}

async fn claimed(db: &TestDb, slots: Slots) -> Vec<Leased> {
    claim(&db.store, KIND, slots, None).await.unwrap()
}

fn by_receiver(leased: &[Leased]) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::new();
    for one in leased {
        *counts.entry(one.receiver.as_str()).or_default() += 1;
    }
    counts
}

fn retry(seconds: u64) -> Completion {
    Completion::Retry(Duration::from_secs(seconds), "503".into())
}

#[tokio::test]
async fn a_delivery_is_planned_once_and_its_id_stays_at_each_attempt() {
    let db = TestDb::open().await;
    let ticket = db.ticket().await;
    let first = delivery("a", ticket, 1);
    assert_eq!(add(&db, std::slice::from_ref(&first)).await, [first.id]);
    assert_eq!(add(&db, &[delivery("a", ticket, 1)]).await, [] as [Uuid; 0]);
    // A plan that is rolled back leaves nothing.
    let mut transaction = db.store.begin().await.unwrap();
    plan(&mut transaction, &[delivery("a", ticket, 2)])
        .await
        .unwrap();
    drop(transaction);

    for attempt in 1..=3 {
        let leased = claimed(&db, SLOTS).await;
        assert_eq!(leased.len(), 1);
        let it = &leased[0];
        assert_eq!(
            (it.id, it.attempt, it.receiver.as_str()),
            (first.id, attempt, "a")
        );
        assert_eq!((it.event, &it.payload), (first.event, &first.payload));
        assert_eq!(claimed(&db, SLOTS).await, [], "it is leased");
        assert!(complete(&db.store, it, &retry(30)).await.unwrap());
        assert_eq!(claimed(&db, SLOTS).await, [], "it is not due");
        db.set_clock(&format!("{} seconds", 31 * attempt)).await;
    }
    let leased = claimed(&db, SLOTS).await;
    assert!(
        complete(&db.store, &leased[0], &Completion::Done)
            .await
            .unwrap()
    );
    db.set_clock("2 days").await;
    assert_eq!(claimed(&db, SLOTS).await, []);
    assert_eq!(
        deleted_old(&db, Duration::from_secs(86_400 * 3))
            .await
            .unwrap(),
        0
    );
    assert_eq!(
        deleted_old(&db, Duration::from_secs(86_400)).await.unwrap(),
        1
    );
}

#[tokio::test]
async fn an_expired_lease_is_taken_over_and_the_first_worker_is_refused() {
    let db = TestDb::open().await;
    let ticket = db.ticket().await;
    add_many(&db, "a", ticket, 1).await;
    let frozen = claimed(&db, SLOTS).await.remove(0);
    db.set_clock("59 seconds").await;
    assert_eq!(claimed(&db, SLOTS).await, []);
    db.set_clock("61 seconds").await;
    let second = claimed(&db, SLOTS).await.remove(0);
    assert_eq!((second.id, second.attempt), (frozen.id, 2));
    for late in [Completion::Done, retry(1), Completion::Dead("late".into())] {
        assert!(!complete(&db.store, &frozen, &late).await.unwrap());
    }
    assert!(
        complete(&db.store, &second, &Completion::Done)
            .await
            .unwrap()
    );
    assert!(
        !complete(&db.store, &second, &Completion::Done)
            .await
            .unwrap()
    );

    // A clock that is set back lengthens a lease, and loses nothing.
    db.set_clock("0 seconds").await;
    add_many(&db, "b", ticket, 1).await;
    let before = claimed(&db, SLOTS).await.remove(0);
    db.set_clock("-1 hour").await;
    assert_eq!(claimed(&db, SLOTS).await, []);
    assert!(
        complete(&db.store, &before, &Completion::Done)
            .await
            .unwrap()
    );
}

#[tokio::test]
async fn a_worker_that_dies_at_each_attempt_leaves_a_dead_delivery_that_can_be_replayed() {
    let db = TestDb::open().await;
    let ticket = db.ticket().await;
    add_many(&db, "a", ticket, 1).await;
    add_many(&db, "b", ticket, 3).await;
    let attempts = limits::DELIVERY_ATTEMPTS_MAX;
    let slots = Slots {
        per_receiver: 1,
        ..SLOTS
    };
    for attempt in 0..attempts {
        db.set_clock(&format!("{} seconds", attempt * 61)).await;
        let leased = claimed(&db, slots).await;
        assert_eq!(leased[0].receiver, "a", "attempt {attempt}");
        for one in &leased[1..] {
            complete(&db.store, one, &Completion::Dead("410".into()))
                .await
                .unwrap();
        }
    }
    db.set_clock(&format!("{} seconds", attempts * 61)).await;
    assert_eq!(claimed(&db, slots).await, []);
    let list = dead(&db.store, KIND, None).await.unwrap();
    assert_eq!(list.next_cursor, None, "the page is not full");
    let list = list.dead;
    assert_eq!(list.len(), 4);
    assert_eq!(list[0].receiver, "a");
    assert_eq!(list[0].attempts, attempts.unsigned_abs());
    assert_eq!(list[1].error, "410");
    let cursor = list[1].cursor().to_string().parse().unwrap();
    let rest = dead(&db.store, KIND, Some(cursor)).await.unwrap();
    assert_eq!(rest.dead, list[2..]);
    let figures = state(&db.store, KIND).await.unwrap();
    assert_eq!((figures.due, figures.in_flight, figures.dead), (0, 0, 4));

    let agent = db.caller(db.agent);
    let refused = replay(&db.store, &agent, Replay::Ids(&[list[0].id])).await;
    assert_eq!(refusal(refused), RejectCode::Forbidden);
    let admin = db.caller(db.boss);
    assert_eq!(
        replay(&db.store, &admin, Replay::Ids(&[list[0].id]))
            .await
            .unwrap(),
        1
    );
    let since = list[2].dead_at;
    let bulk = Replay::Since(KIND, "b", since);
    assert_eq!(replay(&db.store, &admin, bulk).await.unwrap(), 2);
    let leased = claimed(&db, SLOTS).await;
    assert_eq!(by_receiver(&leased), BTreeMap::from([("a", 1), ("b", 2)]));
    assert!(leased.iter().all(|it| it.attempt == 1));
    let rows: i64 = db
        .ask("select count(*) from access_log where action = 'deliveries_replayed'")
        .await;
    assert_eq!(rows, 2);
}

#[tokio::test]
async fn a_slow_receiver_and_a_backlog_of_retries_leave_slots_for_others() {
    let db = TestDb::open().await;
    let ticket = db.ticket().await;
    add_many(&db, "slow", ticket, 100).await;
    add_many(&db, "fast", ticket, 10).await;
    // The slow receiver gets its share and holds it; the fast one goes on.
    let first = claimed(&db, SLOTS).await;
    assert_eq!(
        by_receiver(&first),
        BTreeMap::from([("fast", 4), ("slow", 4)])
    );
    for one in first.iter().filter(|it| it.receiver == "fast") {
        complete(&db.store, one, &Completion::Done).await.unwrap();
    }
    let second = claimed(&db, SLOTS).await;
    assert_eq!(by_receiver(&second), BTreeMap::from([("fast", 4)]));
    for one in first
        .iter()
        .chain(&second)
        .filter(|it| it.receiver == "slow")
    {
        complete(&db.store, one, &retry(0)).await.unwrap();
    }
    for one in &second {
        complete(&db.store, one, &Completion::Done).await.unwrap();
    }
    // Of one receiver, at most half are retries, and of all, at most `for_retries`.
    for receiver in ["x", "y", "z"] {
        add_many(&db, receiver, ticket, 4).await;
    }
    let warm_up = Slots {
        free: 100,
        for_retries: 100,
        ..SLOTS
    };
    for one in claimed(&db, warm_up).await {
        complete(&db.store, &one, &retry(0)).await.unwrap();
    }
    add_many(&db, "new", ticket, 3).await;
    let mixed = claimed(
        &db,
        Slots {
            free: 8,
            for_retries: 3,
            ..SLOTS
        },
    )
    .await;
    assert_eq!(mixed.iter().filter(|it| it.attempt > 1).count(), 3);
    assert_eq!(by_receiver(&mixed)["new"], 3);
    assert_eq!(
        by_receiver(&mixed)["slow"],
        2,
        "first attempts of the slow one"
    );
    let none = Slots {
        free: 8,
        for_retries: 0,
        ..SLOTS
    };
    assert!(claimed(&db, none).await.iter().all(|it| it.attempt == 1));
}

#[tokio::test]
async fn receivers_have_their_turn_round_robin() {
    let db = TestDb::open().await;
    let ticket = db.ticket().await;
    for n in 0..9 {
        add_many(&db, &format!("r{n}"), ticket, 5).await;
    }
    let slots = Slots { free: 3, ..SLOTS };
    let (mut after, mut served) = (None::<String>, Vec::new());
    for _ in 0..6 {
        let leased = claim(&db.store, KIND, slots, after.as_deref())
            .await
            .unwrap();
        for one in &leased {
            complete(&db.store, one, &Completion::Done).await.unwrap();
            served.push(one.receiver.clone());
        }
        after = leased.last().map(|it| it.receiver.clone());
    }
    let twice: Vec<_> = (0..18).map(|n| format!("r{}", n % 9)).collect();
    assert_eq!(served, twice);
}

#[tokio::test]
async fn two_workers_never_lease_the_same_delivery_nor_exceed_a_receivers_limit() {
    let db = TestDb::open_with_connections(8).await;
    let ticket = db.ticket().await;
    for receiver in ["a", "b", "c"] {
        add_many(&db, receiver, ticket, 30).await;
    }
    let slots = Slots {
        free: 5,
        per_receiver: 2,
        ..SLOTS
    };
    let worker = async || {
        let mut taken = Vec::new();
        let mut idle = 0;
        while idle < 50 {
            let leased = claim(&db.store, KIND, slots, None).await.unwrap();
            idle = if leased.is_empty() { idle + 1 } else { 0 };
            let most: i64 = db
                .ask("select coalesce(max(n), 0) from (select count(*) as n from deliveries where lease_token is not null group by receiver) x")
                .await;
            assert!(most <= 2, "{most} deliveries of one receiver at a time");
            for one in leased {
                assert!(complete(&db.store, &one, &Completion::Done).await.unwrap());
                taken.push(one.id);
            }
        }
        taken
    };
    let (one, two, three) = tokio::join!(worker(), worker(), worker());
    let mut all: Vec<_> = [one, two, three].concat();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 90);
    let attempts: i64 = db.ask("select sum(attempts) from deliveries").await;
    assert_eq!(attempts, 90, "each was leased once");
}

#[tokio::test]
async fn a_worker_that_claims_waits_for_another_one_and_sees_its_leases() {
    let db = TestDb::open().await;
    let ticket = db.ticket().await;
    add_many(&db, "a", ticket, 10).await;
    // A claim that is not committed yet. Its leases are invisible to others.
    db.sql(&format!(
        "begin; select * from deliveries_claim('{KIND}', gen_random_uuid(), 8, 4, 4, 500, null, 60000, 8, null, null, null)"
    ))
    .await;
    let waits = "select count(*) from pg_locks where locktype = 'advisory' and not granted \
                 and database = (select oid from pg_database where datname = current_database())";
    let (waited, ()) = tokio::join!(claimed(&db, SLOTS), async {
        while db.ask::<i64>(waits).await == 0 {
            tokio::task::yield_now().await;
        }
        db.sql("commit").await;
    });
    assert_eq!(waited, [], "the receiver is at its limit");
    let more = Slots {
        per_receiver: 6,
        ..SLOTS
    };
    assert_eq!(claimed(&db, more).await.len(), 2);
}

#[tokio::test]
async fn a_claim_of_recent_deliveries_leaves_out_older_ones_and_the_next_one_finds_them() {
    let db = TestDb::open().await;
    let ticket = db.ticket().await;
    let all: Vec<_> = (1..=4).map(|n| delivery("a", ticket, n)).collect();
    add(&db, &all).await;
    let ids: Vec<_> = all.iter().map(|it| it.id).collect();
    for (id, is_retry, minutes) in [(0, true, 9), (1, false, 9), (2, false, 1), (3, false, -1)] {
        let id: &Uuid = &ids[id];
        db.sql(&format!(
            "update deliveries set attempts = {is_retry}::boolean::integer, next_at = clock() - interval '{minutes} minutes' \
             where id = '{id}'"
        ))
        .await;
    }
    let since = chrono::Utc::now() - chrono::TimeDelta::minutes(5);
    let search = async |of: Since| {
        let recent = BTreeMap::from([("a".to_owned(), of)]);
        let mut transaction = db.store.begin().await.unwrap();
        let found = claim_in(&mut transaction, KIND, SLOTS, None, Search::Recent(&recent)).await;
        transaction.commit().await.unwrap();
        let mut ids: Vec<_> = found.unwrap().iter().map(|it| it.id).collect();
        ids.sort();
        ids
    };
    assert_eq!(search(Since::default()).await, [] as [Uuid; 0]);
    let of_retries = Since {
        firsts: None,
        retries: Some(since),
    };
    assert_eq!(
        search(of_retries).await,
        [] as [Uuid; 0],
        "the retry was due earlier"
    );
    let found = search(Since {
        firsts: Some(since),
        retries: Some(since - chrono::TimeDelta::minutes(5)),
    })
    .await;
    let mut expected = vec![ids[0], ids[2]];
    expected.sort();
    assert_eq!(found, expected);
    let rest: Vec<_> = claimed(&db, SLOTS).await.iter().map(|it| it.id).collect();
    assert_eq!(rest, [ids[1]], "the fourth is not due");
}

#[tokio::test]
async fn claims_read_their_indexes_and_an_idle_one_writes_nothing() {
    let db = TestDb::open().await;
    db.sql(&format!(
        "insert into deliveries (id, kind, receiver, key, next_at, done_at)
         select gen_random_uuid(), '{KIND}', 'r' || n % 20, 'k' || n, now(), case when n % 100 <> 0 then now() end
         from generate_series(1, 20000) n; analyze deliveries"
    ))
    .await;
    let (client, told) = explaining(&db).await;
    for _ in 0..2 {
        told.lock().unwrap().clear();
        client
            .batch_execute(&format!(
                "select * from deliveries_claim('{KIND}', gen_random_uuid(), 8, 4, 4, 500, 'r3', 60000, 8, null, null, null)"
            ))
            .await
            .unwrap();
    }
    let plans = told.lock().unwrap().clone();
    assert!(!plans.contains("Seq Scan on deliveries"), "{plans}");
    for index in [
        "deliveries_open_idx",
        "deliveries_leased_idx",
        "deliveries_pkey",
    ] {
        assert!(plans.contains(index), "{index}: {plans}");
    }
    let idle: bool = {
        db.sql("begin; select * from deliveries_claim('other', gen_random_uuid(), 8, 4, 4, 500, null, 60000, 8, null, null, null)")
            .await;
        let idle = db
            .ask("select pg_current_xact_id_if_assigned() is null")
            .await;
        db.sql("rollback").await;
        idle
    };
    assert!(idle, "an idle claim takes a transaction number");
}
