//! Tests what admins see of background work, and what they decide about it. Who may call the routes
//! is tested in `access.rs`, and what their bodies may contain in `unknown_fields.rs`.

use serde_json::{Value, json};

use crate::job_samples::{self, DELIVERY};
use crate::test_server::{TestServer, ada, katherine};

async fn server() -> (TestServer, String) {
    let server = TestServer::start().await;
    let ticket = server.ticket(ada()).await;
    job_samples::insert(&server.database, &ticket).await;
    (server, ticket)
}

async fn view(server: &TestServer) -> Value {
    server.get(katherine(), "/v1/jobs").await.expect(200)
}

async fn change(server: &TestServer, method: &str, path: &str, body: Option<Value>) {
    let answer = server.call(katherine(), method, path, body).await;
    assert_eq!(answer.status, 204, "{method} {path}: {}", answer.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_sees_what_has_failed_and_decides_about_it() {
    let (server, ticket) = server().await;
    let before = view(&server).await;
    assert_eq!(before["consumers"][0]["held"], 1, "{before}");
    let failed = &before["failed_events"][0];
    assert_eq!(
        (&failed["consumer"], &failed["ticket_id"], &failed["seq"]),
        (&json!("rules"), &json!(ticket), &json!(1))
    );
    let timer = &before["held_timers"][0];
    assert_eq!((&timer["id"], &timer["attempts"]), (&json!(7), &json!(3)));
    let schedule = &before["schedules"][0];
    assert_eq!(
        (&schedule["time"], &schedule["days"], &schedule["on_day"]),
        (&json!("03:00"), &json!("week"), &json!(7))
    );
    assert_eq!(schedule["last_run"], Value::Null);

    let events = "/v1/jobs/consumers/rules/failed-events";
    let decision = |seq: u64| Some(json!({"ticket_id": ticket, "seq": seq, "decision": "skip"}));
    let other = server.call(katherine(), "POST", events, decision(2)).await;
    assert_eq!(other.refused(409), "conflict");
    change(&server, "POST", events, decision(1)).await;
    change(
        &server,
        "POST",
        "/v1/jobs/timers/7",
        Some(json!({"decision": "skip"})),
    )
    .await;
    change(
        &server,
        "PUT",
        "/v1/jobs/consumers/rules",
        Some(json!({"paused": true})),
    )
    .await;
    change(
        &server,
        "PUT",
        "/v1/jobs/schedules/cleanup",
        Some(json!({"paused": true})),
    )
    .await;
    change(&server, "POST", "/v1/jobs/schedules/cleanup/run", None).await;
    let after = view(&server).await;
    assert_eq!(after["failed_events"][0]["seq"], 2, "the next one: {after}");
    assert_eq!(after["failed_events"][0]["held_at"], Value::Null);
    assert_eq!(after["held_timers"], json!([]));
    assert!(after["consumers"][0]["paused_at"].is_string());
    let schedule = &after["schedules"][0];
    assert!(
        schedule["paused_at"].is_string() && schedule["next_at"].as_str() <= after["at"].as_str()
    );
    change(
        &server,
        "PUT",
        "/v1/jobs/consumers/rules",
        Some(json!({"paused": false})),
    )
    .await;
    change(
        &server,
        "PUT",
        "/v1/jobs/schedules/cleanup",
        Some(json!({"paused": false})),
    )
    .await;
    let after = view(&server).await;
    assert_eq!(after["consumers"][0]["paused_at"], Value::Null);
    assert_eq!(after["schedules"][0]["paused_at"], Value::Null);

    let decide = json!({"decision": "retry"});
    for (method, path, body) in [
        ("PUT", "/v1/jobs/consumers/nothing", json!({"paused": true})),
        (
            "PUT",
            "/v1/jobs/consumers/No%00thing",
            json!({"paused": true}),
        ),
        ("PUT", "/v1/jobs/schedules/rules", json!({"paused": true})),
        ("POST", "/v1/jobs/timers/7", decide.clone()),
        ("POST", "/v1/jobs/timers/seven", decide),
    ] {
        let answer = server.call(katherine(), method, path, Some(body)).await;
        assert_eq!(answer.refused(404), "not_found", "{method} {path}");
        assert!(!answer.text().contains("ticket"), "{}", answer.text());
    }
    let by = Some(katherine().id);
    for action in [
        "consumer_event_skipped",
        "timer_removed",
        "schedule_started",
    ] {
        assert_eq!(server.access_rows(by, action).await.len(), 1, "{action}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn dead_deliveries_are_listed_in_pages_and_replayed() {
    let (server, _) = server().await;
    let more = "insert into deliveries (id, kind, receiver, key, next_at, dead_at, attempts)
                select gen_random_uuid(), 'webhook', 'billing', 'k' || n, now(), now() - n * interval '1 minute', 8 from generate_series(1, 120) n";
    server.database.execute(more, &[]).await.unwrap();
    let page = async |query: &str| {
        let path = format!("/v1/jobs/dead-deliveries?kind=webhook{query}");
        server.get(katherine(), &path).await.expect(200)
    };
    let first = page("").await;
    let all = first["deliveries"].as_array().unwrap();
    assert_eq!((all.len(), &all[0]["id"]), (100, &json!(DELIVERY)));
    assert_eq!(all[0]["error"], "410 Gone");
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = page(&format!("&cursor={cursor}")).await;
    assert_eq!(second["deliveries"].as_array().unwrap().len(), 21);
    assert_eq!(second["next_cursor"], Value::Null);
    assert!(second["deliveries"][0]["dead_at"].as_str() < all[99]["dead_at"].as_str());
    let wrong = "/v1/jobs/dead-deliveries?kind=webhook&cursor=7";
    assert_eq!(
        server.get(katherine(), wrong).await.refused(422),
        "invalid_field"
    );

    let replay = async |path: &str, body: Value| {
        let path = format!("/v1/jobs/dead-deliveries/{path}");
        server.call(katherine(), "POST", &path, Some(body)).await
    };
    let other = "018f0000-0000-7000-8000-0000000000ff";
    let done = replay("replay", json!({"ids": [DELIVERY, other]})).await;
    assert_eq!(done.expect(200)["replayed"], 1);
    let since = json!({"kind": "webhook", "receiver": "billing", "since": all[10]["dead_at"]});
    let done = replay("replay-since", since).await.expect(200);
    assert_eq!(done["replayed"], 10, "those of the last ten minutes");
    let left = page("").await;
    assert_eq!(left["deliveries"][0]["dead_at"], all[11]["dead_at"]);
    for (path, body) in [
        ("replay", json!({"ids": []})),
        ("replay", json!({"ids": vec![DELIVERY; 101]})),
        (
            "replay-since",
            json!({"kind": "", "receiver": "a", "since": "2026-01-01T00:00:00Z"}),
        ),
    ] {
        assert_eq!(replay(path, body).await.refused(422), "invalid_field");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_confirms_the_database_and_its_clock() {
    let (server, _) = server().await;
    let hold = view(&server).await["hold"].clone();
    assert_eq!(hold["unconfirmed"], false, "{hold}");
    assert_eq!(hold["clock_jump_ms"], -60_000.0);
    assert!(hold["clock_jumped_at"].is_string());
    change(&server, "DELETE", "/v1/jobs/clock-hold", None).await;
    let again = server
        .call(katherine(), "DELETE", "/v1/jobs/clock-hold", None)
        .await;
    assert_eq!(again.refused(409), "conflict");

    let restored = "select helpline.helpline_record_restore()";
    server.database.execute(restored, &[]).await.unwrap();
    let hold = view(&server).await["hold"].clone();
    assert_eq!(hold["unconfirmed"], true, "{hold}");
    assert_eq!(
        (&hold["clock_jump_ms"], &hold["confirmed_at"]),
        (&Value::Null, &Value::Null)
    );
    let confirm = async |url: &str| {
        let body = Some(json!({"public_url": url}));
        server
            .call(katherine(), "PUT", "/v1/jobs/identity", body)
            .await
    };
    let other = confirm("https://other.example.com").await;
    assert_eq!(other.refused(409), "conflict");
    assert_eq!(view(&server).await["hold"]["unconfirmed"], true);
    assert_eq!(confirm("").await.status, 204);
    let hold = view(&server).await["hold"].clone();
    assert_eq!(hold["unconfirmed"], false, "{hold}");
    let rows = server.access_rows(Some(katherine().id), "database_confirmed");
    assert_eq!(rows.await.len(), 1);
}
