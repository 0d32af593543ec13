//! Roles come from the platform's own table: an agent who is dismissed there loses the connection
//! within 5 s, and a person who is made an agent there becomes one.

use std::time::Duration;

use helpline_persistence::Names;
use helpline_persistence::migrate::{self, Choices, Plan, StaffFrom};
use serde_json::json;

use crate::test_server::{Join, TestServer, eventually};

/// The documentation promises that a change of a role takes effect within this time.
const TAKES_EFFECT_WITHIN: Duration = Duration::from_secs(5);

#[tokio::test]
async fn a_dismissal_on_the_platform_ends_the_agents_sockets() {
    let server = TestServer::start(2, Join::Alone).await;
    let (ada, ben, cleo) = (
        server.customer("Ada Lovelace"),
        server.customer("Ben Okafor"),
        server.customer("Cleo Duarte"),
    );
    let sql = server.sql().await;
    sql.batch_execute(&format!(
        "create type public.app_role as enum ('admin', 'mentor', 'support_agent');
         create table public.user_roles (user_id uuid not null, role public.app_role not null, unique (user_id, role));
         insert into public.user_roles values ('{}', 'support_agent'), ('{}', 'admin'), ('{}', 'mentor')",
        ben.id, cleo.id, ada.id
    ))
    .await
    .expect("the platform's table");
    let query =
        "select user_id, role from public.user_roles where role in ('admin', 'support_agent')";
    let choices = Choices {
        staff_from: Some(StaffFrom::parse(query).expect("a query")),
        ..Choices::default()
    };
    let url = server.postgres.admin_url(server.database());
    migrate::apply_with(&url, &Names::default(), &Plan::embedded(), &choices)
        .await
        .expect("the query is stored");

    let (mut one, mut two) = (server.client(0, &ben).await, server.client(1, &ben).await);
    let ticket = server.ticket(&ada).await;
    one.subscribe(ticket, None).await;
    let path = format!("/v1/roles/{}", ada.id);
    let grant = server
        .rest(0, &cleo, "PUT", &path, json!({ "role": "admin" }))
        .await;
    assert_eq!(grant.refused(403), "roles_managed");

    sql.execute(
        "delete from public.user_roles where user_id = $1",
        &[&ben.id.uuid()],
    )
    .await
    .expect("dismissed");
    let closing = async { (one.closed().await, two.closed().await) };
    let codes = tokio::time::timeout(TAKES_EFFECT_WITHIN, closing)
        .await
        .expect("both sockets are closed in time");
    assert_eq!(codes, (Some(4503), Some(4503)));
    let mut customer = server.client(0, &ben).await;
    let answer = customer
        .ask(json!({ "type": "subscribe", "ticket": ticket }))
        .await;
    assert_eq!(
        answer["code"], "not_found",
        "he is a customer now: {answer}"
    );

    sql.execute(
        "insert into public.user_roles values ($1, 'support_agent')",
        &[&ada.id.uuid()],
    )
    .await
    .expect("hired");
    let is_agent = async || {
        let role: Option<String> = sql
            .query_one(
                "select min(role) from user_roles where user_id = $1",
                &[&ada.id.uuid()],
            )
            .await
            .expect("a row")
            .get(0);
        role.filter(|role| role == "support_agent")
    };
    eventually("she is an agent", TAKES_EFFECT_WITHIN, is_agent).await;
}
