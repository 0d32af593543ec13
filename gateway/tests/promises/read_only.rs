//! Tests a database server that accepts no writes: a standby to which a balancer points by mistake,
//! or a primary that was set to read-only. The instance must report that it is not ready, keep the
//! messages that it receives, and continue without a restart.

use std::time::Duration;

use helpline_core::ids::TicketId;
use helpline_rig::Postgres;
use serde_json::{Value, json};

use crate::raw::request;
use crate::test_server::{Join, Person, TestServer, eventually};

const SOON: Duration = Duration::from_secs(15);

/// Requests `/readyz`. Returns the body if the response has this status.
async fn readiness(server: &TestServer, status: u16) -> Option<Value> {
    let answer = request(server.gateways[0].port(), "GET", "/readyz", &[], None).await;
    (answer.status == status).then(|| serde_json::from_str(&answer.body).expect("JSON"))
}

async fn send(server: &TestServer, ada: &Person, ticket: TicketId) -> (u16, Value) {
    let path = format!("/v1/tickets/{ticket}/messages");
    let answer = server
        .rest(0, ada, "POST", &path, json!({ "body": "x" }))
        .await;
    (answer.status, answer.body)
}

/// The number of lines in the gateway's log that contain all of these words.
fn logged(server: &TestServer, words: &[&str]) -> usize {
    let log = std::fs::read_to_string(server.gateways[0].log()).expect("a log");
    log.lines()
        .filter(|line| words.iter().all(|word| line.contains(word)))
        .count()
}

/// Sends more messages than the pool has connections. All must succeed, which proves that no pool
/// connection to the read-only server is left.
async fn writes_go_on(server: &TestServer, ada: &Person, ticket: TicketId) {
    eventually("it is ready again", SOON, async || {
        readiness(server, 200).await
    })
    .await;
    let sends = (0..24).map(|_| send(server, ada, ticket));
    for (status, body) in futures_util::future::join_all(sends).await {
        assert_eq!(status, 201, "{body}");
    }
}

#[tokio::test]
async fn a_balancer_that_points_at_a_standby_for_a_while_costs_no_restart() {
    let postgres = Postgres::start_temporary()
        .await
        .expect("a Postgres starts");
    let server = &TestServer::start_behind_link(postgres, 1, Join::Alone).await;
    let ada = &server.customer("Ada Lovelace");
    let ticket = server.ticket(ada).await;
    let mut open = server.client(0, ada).await;
    open.subscribe(ticket, None).await;
    assert_eq!(open.send(ticket, "before", "x").await["type"], "ack");
    let standby = server
        .postgres
        .start_standby()
        .await
        .expect("a standby starts");

    server.link().redirect(standby.port());
    let waiting = open
        .post(json!({ "type": "send", "ticket": ticket, "key": "kept", "body": "x" }))
        .await;
    // Send enough concurrent requests that the whole pool connects to the standby.
    let reads = (0..24).map(|_| server.rest(0, ada, "GET", "/v1/tickets", json!({})));
    drop(futures_util::future::join_all(reads).await);
    let report = eventually("readiness is withdrawn", SOON, async || {
        readiness(server, 503).await
    });
    assert_eq!(report.await["database"], "read_only");
    let (status, body) = send(server, ada, ticket).await;
    assert_eq!(
        (status, &body["code"]),
        (503, &json!("unavailable")),
        "{body}"
    );
    eventually("several failed sweeps", SOON, async || {
        let metrics = server.metrics(0).await;
        let failed = metrics
            .lines()
            .find_map(|line| line.strip_prefix("helpline_sweeps_failed_total "));
        failed
            .and_then(|count| count.parse::<f64>().ok())
            .filter(|count| *count >= 4.0)
    })
    .await;
    assert_eq!(
        logged(server, &["sweep", "the database does not answer"]),
        1,
        "the outage is logged only once"
    );

    // New database sessions go to the primary. Existing database sessions are not cut.
    server.link().lead_to(server.postgres.port());
    writes_go_on(server, ada, ticket).await;
    assert_eq!(open.answer(waiting).await["type"], "ack");
    let event = open
        .expect("the kept send", |frame| frame["message"]["key"] == "kept")
        .await;
    assert_eq!(event["type"], "event");
    eventually("the sweep goes on", SOON, async || {
        (logged(server, &["sweep", "the database answers again"]) == 1).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_primary_that_is_set_read_only_is_not_ready_until_it_takes_writes_again() {
    let postgres = Postgres::start_temporary()
        .await
        .expect("a Postgres starts");
    let server = &TestServer::start_apart(postgres, 1, Join::Alone).await;
    let ada = &server.customer("Ada Lovelace");
    let ticket = server.ticket(ada).await;
    writes_go_on(server, ada, ticket).await;
    let sql = server.sql().await;
    let set = async |change: &str| {
        for statement in [change, "select pg_reload_conf()"] {
            sql.batch_execute(statement)
                .await
                .expect("a setting changes");
        }
    };
    set("alter system set default_transaction_read_only = on").await;
    let report = eventually("readiness is withdrawn", SOON, async || {
        readiness(server, 503).await
    });
    assert_eq!(report.await["database"], "read_only");
    let (status, body) = send(server, ada, ticket).await;
    assert_eq!(
        (status, &body["code"]),
        (503, &json!("unavailable")),
        "{body}"
    );
    set("alter system reset default_transaction_read_only").await;
    writes_go_on(server, ada, ticket).await;
}
