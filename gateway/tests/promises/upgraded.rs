//! Tests `pg_upgrade` to a newer Postgres under a running server: transaction ids continue, and the
//! system identifier changes. No data is lost, so no event may seem to be missing, and no old event
//! may be treated as new.

use std::path::PathBuf;

use helpline_rig::Postgres;
use serde_json::json;

use crate::restored::Settled;
use crate::test_server::{Join, TestServer};

/// Environment variable: the directory with the programs of a newer Postgres.
const NEWER_POSTGRES: &str = "HELPLINE_TEST_NEWER_POSTGRES";

#[tokio::test]
#[ignore = "needs a newer Postgres: make test-world"]
async fn a_desk_goes_on_after_pg_upgrade() {
    let newer = PathBuf::from(
        std::env::var_os(NEWER_POSTGRES).expect("HELPLINE_TEST_NEWER_POSTGRES names a Postgres"),
    );
    let postgres = Postgres::start_temporary()
        .await
        .expect("a Postgres starts");
    let mut settled =
        Settled::with_history(TestServer::start_behind_link(postgres, 2, Join::Redis).await).await;
    let (ticket, _) = settled.tickets[0];
    let mut online = settled.server.client(1, &settled.ada).await;
    let before = online.subscribe(ticket, None).await;
    let mut online_elsewhere = settled.server.client(0, &settled.ada).await;
    online_elsewhere.subscribe(ticket, None).await;
    let (epoch, head) = (
        before[0]["epoch"].as_str().expect("an epoch").to_owned(),
        before[0]["head"].as_u64().expect("a number"),
    );
    let identity =
        "select system_identifier::text, pg_snapshot_xmax(pg_current_snapshot())::text::bigint, current_setting('server_version_num')::int
                    from pg_control_system()";
    let old = settled
        .server
        .sql()
        .await
        .query_one(identity, &[])
        .await
        .expect("the server's identity");

    settled.server.link().unplug();
    settled.server.postgres.stop().await.expect("stopped");
    let upgraded = settled
        .server
        .postgres
        .upgraded(&newer)
        .await
        .expect("upgraded");
    settled.server.link().redirect(upgraded.port());
    settled.server.moved_to(upgraded);
    settled.server.link().resume();

    let new = settled
        .server
        .sql()
        .await
        .query_one(identity, &[])
        .await
        .expect("the server's identity");
    assert!(
        new.get::<_, i32>(2) / 10_000 > old.get::<_, i32>(2) / 10_000,
        "a newer version"
    );
    assert!(
        new.get::<_, String>(0) != old.get::<_, String>(0)
            && new.get::<_, i64>(1) >= old.get::<_, i64>(1),
        "pg_upgrade did not change the identifier, or reset the transaction ids"
    );
    // Each instance separately notices the new system identifier. It then sends a `reset` to its
    // clients and closes its consoles, so the console below connects only after these resets.
    for client in [&mut online, &mut online_elsewhere] {
        client
            .expect("a reset", |frame| {
                frame["type"] == "reset" && frame["ticket"] == json!(ticket)
            })
            .await;
    }
    let pages = online.subscribe(ticket, Some((head, &epoch))).await;
    assert_eq!(
        (&pages[0]["reset"], &pages[0]["head"]),
        (&json!(true), &json!(head)),
        "the client must be reset, and the head must be unchanged"
    );
    settled.an_idle_console_hears_nothing().await;
    settled.writes_are_answered_with_themselves().await;
}
