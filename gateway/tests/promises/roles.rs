//! Customers and staff have separate database roles. `serve` must refuse to start if a third role
//! can act as both, and must report a role that gets this privilege after the start.

use std::time::Duration;

use helpline_rig::Postgres;
use serde_json::json;

use crate::test_server::{Join, TestServer, eventually};

/// Time limit for reporting a role that can act as both customers and staff: two checks of the
/// roles and a scrape of the metrics.
const TOLD_WITHIN: Duration = Duration::from_secs(30);

/// Runs `serve`, which must exit. Returns the exit code and the output.
async fn refused_start(server: &TestServer) -> (Option<i32>, String) {
    let child = tokio::process::Command::new(env!("CARGO_BIN_EXE_helpline"))
        .args(["serve", "--listen", "127.0.0.1:0"])
        .env("HELPLINE_DATABASE_URL", server.database_url())
        .env(
            "HELPLINE_JWT_SECRET",
            "a secret of the tests that is longer than thirty-two bytes",
        )
        .kill_on_drop(true)
        .output();
    let output = tokio::time::timeout(Duration::from_secs(20), child)
        .await
        .expect("it ends")
        .expect("it runs");
    (
        output.status.code(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}

#[tokio::test]
async fn a_role_of_the_platforms_with_both_sides_rights_is_refused_at_the_start_and_told_later() {
    let postgres = Postgres::start_temporary()
        .await
        .expect("a Postgres starts");
    let server = TestServer::start_apart(postgres, 1, Join::Alone).await;
    let conflicts = async || {
        let metrics = server.metrics(0).await;
        metrics.lines().find_map(|line| {
            line.strip_prefix("helpline_role_conflicts ")
                .map(str::to_owned)
        })
    };
    eventually("the first check of the roles", TOLD_WITHIN, async || {
        conflicts().await.filter(|n| n == "0")
    })
    .await;
    let sql = server.sql().await;
    sql.batch_execute("create role app_users noinherit; create role authenticated noinherit; grant app_users to authenticated")
        .await
        .expect("roles");
    for (grant, names) in [
        (
            "grant helpline_customer, helpline_staff to authenticated",
            "revoke helpline_customer, helpline_staff from authenticated",
        ),
        (
            "grant helpline_customer, helpline_staff to app_users",
            "role authenticated can act as helpline_customer and helpline_staff through app_users",
        ),
    ] {
        sql.batch_execute(grant)
            .await
            .expect("granted while the desk runs");
        eventually("the conflict is reported", TOLD_WITHIN, async || {
            conflicts().await.filter(|n| n != "0")
        })
        .await;
        let (code, said) = refused_start(&server).await;
        assert_eq!(code, Some(77), "{said}");
        assert!(said.contains(names), "{said}");
        sql.batch_execute("revoke helpline_customer, helpline_staff from authenticated, app_users")
            .await
            .expect("taken back");
        eventually("the conflict is over", TOLD_WITHIN, async || {
            conflicts().await.filter(|n| n == "0")
        })
        .await;
    }
    let log = tokio::fs::read_to_string(server.gateways[0].log())
        .await
        .expect("a log");
    assert_eq!(
        log.matches("role authenticated can act as helpline_customer and helpline_staff: revoke")
            .count(),
        1,
        "told once: {log}"
    );
    // The instance still serves requests, although it reported a role that can act as both
    // customers and staff.
    let ada = server.customer("Ada Lovelace");
    let ticket = server.ticket(&ada).await;
    assert_eq!(
        server
            .client(0, &ada)
            .await
            .ask(json!({ "type": "subscribe", "ticket": ticket }))
            .await["type"],
        "subscribed"
    );
}
