//! Tests the database layer with PgBouncer, in the two pool modes in which a transaction stays on
//! one server session.

use helpline_persistence::{Pooler, Settings, Store, StoreError, migrate};
use helpline_rig::{PgBouncer, PoolMode};

use super::test_db::{PASSWORD, TestDb, cluster, connect, message, stored, until};

/// Starts PgBouncer in front of the database. If PgBouncer is not installed, returns `None`, prints
/// a message, and the test passes; `make test-world` installs it.
async fn before(db: &TestDb, mode: PoolMode, databases: &str) -> Option<(PgBouncer, String)> {
    if !PgBouncer::is_installed() {
        eprintln!("not tested: pgbouncer is not installed");
        return None;
    }
    let postgres = cluster().await;
    let admin = postgres.admin_url(&db.database);
    let admin_password = admin.split([':', '@']).nth(2).unwrap().to_owned();
    let logins = [
        ("helpline_service", PASSWORD),
        ("postgres", admin_password.as_str()),
    ];
    let pooler = PgBouncer::start_before(postgres.port(), mode, &logins, databases, "")
        .await
        .unwrap();
    let url = through(
        &pooler,
        &postgres.url_for("helpline_service", PASSWORD, &db.database),
    );
    Some((pooler, url))
}

fn through(pooler: &PgBouncer, url: &str) -> String {
    let (head, path) = url.rsplit_once('/').unwrap();
    let (head, _) = head.rsplit_once(':').unwrap();
    format!("{head}:{}/{path}", pooler.port())
}

async fn store(url: &str, connections_max: usize, pooler: Pooler) -> Result<Store, StoreError> {
    Store::connect(Settings {
        url: url.to_owned(),
        connections_max,
        pooler,
    })
    .await
}

fn why(refused: Option<StoreError>) -> String {
    match refused {
        Some(StoreError::NotPrepared(why)) => why,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn statements_sent_whole_do_what_prepared_ones_do() {
    for (mode, said) in [
        (PoolMode::Session, Pooler::Session),
        (PoolMode::Transaction, Pooler::Transaction),
        // With `Pooler::Transaction`, statements do not depend on the server session, so they must
        // also work if the pooler keeps a session for each client.
        (PoolMode::Session, Pooler::Transaction),
    ] {
        let mut db = TestDb::open().await;
        let Some((_pooler, url)) = before(&db, mode, "").await else {
            return;
        };
        db.store = store(&url, 4, said).await.unwrap();
        db.store.ping().await.unwrap();
        assert!(migrate::is_current(&db.store).await.unwrap());
        let ticket = db.ticket().await;
        stored(&db.send(message(ticket, db.customer, "one")).await);
        stored(&db.send(message(ticket, db.agent, "two")).await);
        let kinds = db.kinds(ticket).await;
        let messages = kinds
            .iter()
            .filter(|kind| **kind == "message_added")
            .count();
        // The ticket's description counts as its first message.
        assert_eq!(messages, 3, "{mode:?} {said:?}: {kinds:?}");
    }
}

#[tokio::test]
async fn a_pooler_that_is_not_said_is_named_and_so_is_the_way_out() {
    let db = TestDb::open().await;
    let Some((pooler, url)) = before(&db, PoolMode::Transaction, "").await else {
        return;
    };
    let refused = why(store(&url, 4, Pooler::Session).await.err());
    assert!(refused.contains("--pooler transaction"), "{refused}");

    let admin = through(&pooler, &cluster().await.admin_url(&db.database));
    let refused = why(migrate::migrate(&admin).await.err());
    assert!(refused.contains("session mode"), "{refused}");

    let Some((_pooler, url)) = before(&db, PoolMode::Session, "").await else {
        return;
    };
    store(&url, 4, Pooler::Session).await.unwrap();
}

#[tokio::test]
async fn a_pooler_that_signs_in_as_another_login_is_refused() {
    let db = TestDb::open().await;
    let postgres = cluster().await;
    let admin = postgres.admin_url(&db.database);
    let admin_password = admin.split([':', '@']).nth(2).unwrap();
    let forced = format!(
        "{} = host=127.0.0.1 port={} user=postgres password={admin_password}",
        db.database,
        postgres.port()
    );
    let Some((_pooler, url)) = before(&db, PoolMode::Transaction, &forced).await else {
        return;
    };
    let refused = why(store(&url, 4, Pooler::Transaction).await.err());
    assert!(
        refused.contains("signs in as postgres, and not as helpline_service"),
        "{refused}"
    );
}

#[tokio::test]
async fn a_pooler_that_lends_transactions_only_later_is_named_and_takes_readiness() {
    let db = TestDb::open().await;
    let Some((_pooler, url)) = before(&db, PoolMode::Transaction, "").await else {
        return;
    };
    // With a single connection, the service cannot detect that the pooler shares server sessions
    // per transaction.
    let store = store(&url, 1, Pooler::Session).await.unwrap();
    store.ping().await.unwrap();
    let other = connect(&url).await;
    other.batch_execute("begin").await.unwrap();
    let Err(StoreError::Unreachable(cause)) = store.ping().await else {
        panic!("the session has changed");
    };
    assert!(
        cause.to_string().contains("--pooler transaction"),
        "{cause}"
    );
}

#[tokio::test]
async fn a_pooler_that_was_killed_is_connected_to_again() {
    let mut db = TestDb::open().await;
    let Some((pooler, url)) = before(&db, PoolMode::Transaction, "").await else {
        return;
    };
    db.store = store(&url, 2, Pooler::Transaction).await.unwrap();
    let ticket = db.ticket().await;
    pooler.kill9().await.unwrap();
    assert!(matches!(
        db.store.ping().await,
        Err(StoreError::Unreachable(_))
    ));
    pooler.start().await.unwrap();
    until("the store answers", async || db.store.ping().await.is_ok()).await;
    stored(&db.send(message(ticket, db.customer, "after")).await);
}
