//! Tests a database URL with several hosts. The gateway must use the host that accepts writes, also
//! after another host is promoted to primary.

use std::time::Duration;

use helpline_rig::Postgres;
use serde_json::json;

use crate::test_server::{Join, TestServer, eventually};

const SOON: Duration = Duration::from_secs(60);

#[tokio::test]
async fn of_several_hosts_the_primary_is_used_and_a_promoted_standby_after_it() {
    let postgres = Postgres::start_temporary()
        .await
        .expect("a Postgres starts");
    let mut server = TestServer::start_apart(postgres, 0, Join::Alone).await;
    let standby = server
        .postgres
        .start_standby()
        .await
        .expect("a standby starts");
    // List the standby before the primary.
    let primary = format!("127.0.0.1:{}", server.postgres.port());
    let both = format!("127.0.0.1:{},{primary}", standby.port());
    let url = format!(
        "{}?target_session_attrs=read-write",
        server.database_url().replace(&primary, &both)
    );
    let gateway = server
        .another(|spec| spec.env("HELPLINE_DATABASE_URL", url.as_str()))
        .await;
    server.gateways.push(gateway);
    let ada = server.customer("Ada Lovelace");
    let ticket = server.ticket(&ada).await;
    let path = format!("/v1/tickets/{ticket}/messages");
    let sent = async || {
        let answer = server
            .rest(0, &ada, "POST", &path, json!({ "body": "x" }))
            .await;
        (answer.status == 201).then_some(())
    };
    sent().await.expect("the primary stores it");
    let copy = helpline_rig::testing::connect(&standby.admin_url(server.database()))
        .await
        .expect("the standby answers");
    let replayed = async || {
        let count = "select count(*) from helpline.support_messages";
        let row = copy.query_one(count, &[]).await.expect("a count");
        row.get::<_, i64>(0)
    };
    let before = eventually("the standby has the message", SOON, async || {
        Some(replayed().await).filter(|count| *count >= 1)
    })
    .await;

    server.postgres.kill9().await.expect("the primary dies");
    standby
        .promote()
        .await
        .expect("the standby takes its place");
    eventually("the promoted standby stores it", SOON, sent).await;
    assert_eq!(replayed().await, before + 1);
}
