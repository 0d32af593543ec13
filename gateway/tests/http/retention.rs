//! Tests what admins see and change about retention over REST.

use helpline_gateway::dev::people::DemoPerson;
use serde_json::json;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use crate::field_samples::retention_settings;
use crate::test_server::{TestServer, ada, katherine};

const HOLDS: &str = "/v1/retention/holds";

#[tokio::test(flavor = "multi_thread")]
async fn settings_are_stored_for_who_has_seen_them_and_move_the_schedules() {
    let server = TestServer::start().await;
    let before = server.get(katherine(), "/v1/retention").await.expect(200);
    assert_eq!(before["settings"]["delete_months"], 24);
    let set = async |change: &dyn Fn(&mut serde_json::Value), tag: &str| {
        let mut settings = retention_settings();
        change(&mut settings);
        let request = server
            .request("PUT", "/v1/retention/settings")
            .header(
                "authorization",
                format!("Bearer {}", server.token(katherine())),
            )
            .header("content-type", "application/json")
            .header("if-match", tag);
        let body = settings.to_string().into_bytes();
        server.send(request.body(body).unwrap()).await
    };
    let etag = before["etag"].as_str().unwrap();
    let changed = |settings: &mut serde_json::Value| {
        settings["day"] = json!(17);
        settings["zone"] = json!("europe/vienna");
    };
    let after = set(&changed, etag).await.expect(200);
    assert_eq!(after["settings"]["zone"], "Europe/Vienna");
    let next = after["next"].as_array().unwrap();
    assert_eq!(next.len(), 3);
    for one in next {
        let at: chrono::DateTime<chrono::Utc> = one["at"].as_str().unwrap().parse().unwrap();
        let day = at
            .with_timezone(&chrono_tz::Europe::Vienna)
            .format("%d %H:%M");
        assert_eq!(day.to_string(), "17 03:00");
    }
    assert_eq!(
        set(&changed, etag).await.refused(412),
        "precondition_failed"
    );
    let off = |settings: &mut serde_json::Value| settings["enabled"] = json!(false);
    assert_eq!(set(&off, "*").await.expect(200)["next"], json!([]));
    for (field, value) in [
        ("zone", json!("Mars/Base")),
        ("day", json!(29)),
        ("archive_months", json!(0)),
        ("at", json!("25:00")),
        ("share_max_percent", json!(101)),
    ] {
        let bad = |settings: &mut serde_json::Value| settings[field] = value.clone();
        let answer = set(&bad, "*").await;
        assert_eq!(answer.refused(422), "invalid_field", "{field}");
        assert!(answer.text().contains(field), "{}", answer.text());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_counts_and_leaves_only_its_row_in_the_access_log() {
    let server = TestServer::start().await;
    server.ticket(ada()).await;
    let before = server.database.query_one(
        "select (select count(*) from access_log) + (select count(*) from retention_runs) + (select count(*) from support_ticket_activity)",
        &[],
    );
    let before: i64 = before.await.unwrap().get(0);
    let path = "/v1/retention/dry-run";
    let answer = server
        .call(katherine(), "POST", path, None)
        .await
        .expect(200);
    assert_eq!(answer["plans"].as_array().unwrap().len(), 3);
    let archive = &answer["plans"][0];
    assert_eq!(
        (&archive["kind"], &archive["due"]),
        (&json!("archive"), &json!(0))
    );
    assert_eq!(archive["skipped"]["open"], archive["total"]);
    let after = server.database.query_one(
        "select (select count(*) from access_log) + (select count(*) from retention_runs) + (select count(*) from support_ticket_activity)",
        &[],
    );
    assert_eq!(after.await.unwrap().get::<_, i64>(0), before + 1);
    let rows = server
        .access_rows(Some(katherine().id), "retention_dry_run")
        .await;
    assert_eq!(rows.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_is_set_listed_and_released_once() {
    let server = TestServer::start().await;
    let ticket = server.ticket(ada()).await;
    let new = json!({"scope": "ticket", "id": ticket, "reason": "  A lawsuit ", "review_at": "2030-01-01T00:00:00Z"});
    let hold = server
        .call(katherine(), "POST", HOLDS, Some(new))
        .await
        .expect(201);
    assert_eq!(hold["reason"], "A lawsuit");
    let refused = server
        .call(
            katherine(),
            "DELETE",
            &format!("/v1/tickets/{ticket}/subject"),
            None,
        )
        .await;
    assert_eq!(refused.refused(409), "legal_hold");
    let view = server.get(katherine(), "/v1/retention").await.expect(200);
    assert_eq!(view["holds"], json!([hold]));
    let release = format!("{HOLDS}/{}/release", hold["id"].as_str().unwrap());
    server
        .call(katherine(), "POST", &release, None)
        .await
        .expect(204);
    let again = server.call(katherine(), "POST", &release, None).await;
    assert_eq!(again.refused(409), "conflict");
    let view = server.get(katherine(), "/v1/retention").await.expect(200);
    assert_eq!(view["holds"], json!([]));
    let all = server.get(katherine(), HOLDS).await.expect(200);
    assert_eq!(all["holds"][0]["released_by"], json!(katherine().id));
    server
        .call(
            katherine(),
            "DELETE",
            &format!("/v1/tickets/{ticket}/subject"),
            None,
        )
        .await
        .expect(204);
    let missing = Uuid::now_v7();
    for (body, status, code) in [
        (
            json!({"scope": "desk", "id": ticket, "reason": "R"}),
            422,
            "invalid_field",
        ),
        (
            json!({"scope": "ticket", "id": ticket, "reason": " "}),
            422,
            "invalid_field",
        ),
        (
            json!({"scope": "ticket", "id": ticket, "reason": "x".repeat(1_001)}),
            422,
            "invalid_field",
        ),
        (
            json!({"scope": "ticket", "id": missing, "reason": "R"}),
            404,
            "not_found",
        ),
        (
            json!({"scope": "person", "id": missing, "reason": "R"}),
            404,
            "not_found",
        ),
    ] {
        let answer = server
            .call(katherine(), "POST", HOLDS, Some(body.clone()))
            .await;
        assert_eq!(answer.refused(status), code, "{body}");
    }
    for (what, verb) in [
        ("runs", "approve"),
        ("runs", "refuse"),
        ("holds", "release"),
    ] {
        let path = format!("/v1/retention/{what}/{}/{verb}", Uuid::now_v7());
        let answer = server.call(katherine(), "POST", &path, None).await;
        assert_eq!(answer.refused(404), "not_found", "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn holds_name_the_ticket_and_the_person() {
    let server = TestServer::start().await;
    let ticket = server.ticket(ada()).await;
    let number = server
        .get(katherine(), &format!("/v1/tickets/{ticket}"))
        .await
        .expect(200)["ticket_number"]
        .clone();
    for (scope, id, names) in [
        ("ticket", ticket.to_string(), (number, json!(null))),
        (
            "person",
            ada().id.to_string(),
            (json!(null), json!(ada().name)),
        ),
    ] {
        let new = json!({"scope": scope, "id": id, "reason": "A lawsuit"});
        let hold = server.call(katherine(), "POST", HOLDS, Some(new)).await;
        let hold = hold.expect(201);
        assert_eq!(
            (hold["ticket_number"].clone(), hold["person_name"].clone()),
            names
        );
        let view = server.get(katherine(), "/v1/retention").await.expect(200);
        assert_eq!(view["holds"][0], hold);
    }
}

/// Makes tickets of a customer that were closed long ago, and returns their numbers, the earliest
/// closed first.
async fn long_closed(server: &TestServer, owner: &DemoPerson, n: i32) -> Vec<String> {
    let sql = "with made as (
           insert into support_tickets (user_id, subject, status, closed_at, created_at)
           select $1, 'Old ' || g, 'closed', now() - interval '3 years' + interval '1 minute' * g, now() - interval '4 years'
           from generate_series(1, $2) g returning ticket_number, closed_at)
         select ticket_number from made order by closed_at";
    let params: &[&(dyn ToSql + Sync)] = &[&owner.id.uuid(), &n];
    let made = server.database.query(sql, params).await.unwrap();
    made.iter().map(|row| row.get(0)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tickets_that_a_run_would_change_are_listed_in_pages_without_the_admins_own() {
    let server = TestServer::start().await;
    let expected = long_closed(&server, ada(), 120).await;
    long_closed(&server, katherine(), 3).await;
    let hold = "update support_tickets set legal_hold = true where ticket_number = $1";
    server
        .database
        .execute(hold, &[&expected[7]])
        .await
        .unwrap();
    let (mut listed, mut next) = (Vec::new(), String::new());
    loop {
        let path = format!("/v1/retention/due?kind=archive{next}");
        let page = server.get(katherine(), &path).await.expect(200);
        let tickets = page["tickets"].as_array().unwrap();
        assert!(tickets.len() <= 50);
        for ticket in tickets {
            assert_eq!(ticket["customer_name"], json!(ada().name));
            listed.push(ticket["ticket_number"].as_str().unwrap().to_owned());
        }
        let Some(cursor) = page["next_cursor"].as_str() else {
            break;
        };
        next = format!("&cursor={cursor}");
    }
    let mut unheld = expected.clone();
    unheld.remove(7);
    assert_eq!(listed, unheld);
    let empty = server
        .get(katherine(), "/v1/retention/due?kind=delete")
        .await;
    assert_eq!(empty.expect(200)["tickets"], json!([]));
    for (query, status, code) in [
        ("kind=access_log".to_owned(), 422, "invalid_field"),
        ("kind=archive&cursor=x".to_owned(), 422, "invalid_field"),
        ("kind=desk".to_owned(), 422, "invalid_field"),
        (
            format!("kind=archive&run={}", Uuid::now_v7()),
            422,
            "invalid_field",
        ),
    ] {
        let answer = server
            .get(katherine(), &format!("/v1/retention/due?{query}"))
            .await;
        assert_eq!(answer.refused(status), code, "{query}");
    }
    let rows = server
        .access_rows(Some(katherine().id), "retention_due_listed")
        .await;
    assert!(rows.len() >= 3, "each page is recorded");
}
