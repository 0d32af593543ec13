//! Tests one change to many tickets. The server changes every ticket that allows it, and reports
//! the result of each ticket separately.

use helpline_core::limits;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::test_server::{Answer, TestServer, ada, alan, carl, grace};

async fn bulk(server: &TestServer, tickets: &[String], patch: Value) -> Answer {
    server
        .call(
            grace(),
            "POST",
            "/v1/tickets/bulk",
            Some(json!({"tickets": tickets, "patch": patch})),
        )
        .await
}

fn results(answer: &Answer) -> Vec<(String, Option<String>)> {
    let outcome = answer.expect(200);
    let result = |it: &Value| {
        let code = it.get("code").map(|code| code.as_str().unwrap().to_owned());
        assert_eq!(it["ok"], code.is_none(), "{it}");
        (it["id"].as_str().unwrap().to_owned(), code)
    };
    outcome["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(result)
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_ticket_is_changed_or_refused_by_itself_in_the_order_asked() {
    let server = TestServer::start().await;
    let (open, closed, archived) = (
        server.ticket(ada()).await,
        server.ticket(ada()).await,
        server.ticket(carl()).await,
    );
    let (own, missing) = (server.ticket(grace()).await, Uuid::now_v7().to_string());
    server
        .call(
            ada(),
            "PATCH",
            &format!("/v1/tickets/{closed}"),
            Some(json!({"status": "closed"})),
        )
        .await
        .expect(200);
    server
        .database
        .execute(
            "update support_tickets set archived_at = now() where id = $1",
            &[&archived.parse::<Uuid>().unwrap()],
        )
        .await
        .unwrap();
    let tickets = [
        closed.clone(),
        open.clone(),
        missing.clone(),
        archived.clone(),
        own.clone(),
    ];
    let answer = bulk(
        &server,
        &tickets,
        json!({"status": "resolved", "assigned_to": alan().id}),
    )
    .await;
    let expected = [
        Some("invalid_transition"),
        None,
        Some("not_found"),
        Some("ticket_archived"),
        Some("forbidden"),
    ];
    let expected: Vec<_> = tickets
        .iter()
        .cloned()
        .zip(expected.map(|code| code.map(str::to_owned)))
        .collect();
    assert_eq!(results(&answer), expected);

    let changed = server
        .get(grace(), &format!("/v1/tickets/{open}"))
        .await
        .expect(200);
    assert_eq!(
        (&changed["status"], &changed["assigned_to"]["name"]),
        (&json!("resolved"), &json!("Alan Turing"))
    );
    let kept = server
        .get(grace(), &format!("/v1/tickets/{closed}"))
        .await
        .expect(200);
    assert_eq!(
        (&kept["status"], &kept["assigned_to"]),
        (&json!("closed"), &Value::Null),
        "each ticket gets the whole change or nothing"
    );
    let mut rows = server
        .access_rows(Some(grace().id), "ticket_change_refused")
        .await;
    let refusal = |ticket: &String, code: &str| {
        (Some(code.to_owned()), Some(ticket.parse::<Uuid>().unwrap()))
    };
    let mut refused = vec![
        refusal(&closed, "invalid_transition"),
        refusal(&missing, "not_found"),
        refusal(&archived, "ticket_archived"),
        refusal(&own, "forbidden"),
    ];
    rows.sort();
    refused.sort();
    assert_eq!(rows, refused, "each refused attempt leaves its row");
    let history = server
        .get(grace(), &format!("/v1/tickets/{open}/activity"))
        .await
        .expect(200);
    let kinds: Vec<&str> = history["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["kind"].as_str().unwrap())
        .collect();
    assert!(
        kinds.contains(&"resolved") && kinds.contains(&"assigned"),
        "{kinds:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_page_can_be_changed_and_no_more_at_once() {
    let server = TestServer::start().await;
    let sql = "insert into support_tickets (user_id, subject) select $1, 'T' || n from generate_series(1, $2::int) n returning id";
    let rows = server
        .database
        .query(
            sql,
            &[
                &ada().id.uuid(),
                &i32::try_from(limits::BULK_TICKETS_MAX).unwrap(),
            ],
        )
        .await
        .unwrap();
    let tickets: Vec<String> = rows
        .iter()
        .map(|row| row.get::<_, Uuid>(0).to_string())
        .collect();
    let changed = results(&bulk(&server, &tickets, json!({"priority": "urgent"})).await);
    assert_eq!(
        changed,
        tickets
            .iter()
            .map(|ticket| (ticket.clone(), None))
            .collect::<Vec<_>>()
    );
    assert_eq!(
        server.get(grace(), "/v1/tickets/counts").await.expect(200)["urgent"],
        limits::BULK_TICKETS_MAX
    );

    let more: Vec<String> = tickets
        .iter()
        .cloned()
        .chain([Uuid::now_v7().to_string()])
        .collect();
    let twice = [tickets[0].clone(), tickets[0].clone()];
    for (tickets, patch) in [
        (&more[..], json!({"priority": "low"})),
        (&[], json!({"priority": "low"})),
        (&twice, json!({"priority": "low"})),
        (&tickets[..1], json!({})),
        (&tickets[..1], json!({"assigned_to": "alan"})),
        (&tickets[..1], json!({"priority": "huge"})),
    ] {
        assert_eq!(
            bulk(&server, tickets, patch.clone()).await.refused(422),
            "invalid_field",
            "{} {patch}",
            tickets.len()
        );
    }
    assert_eq!(
        server.get(grace(), "/v1/tickets/counts").await.expect(200)["urgent"],
        limits::BULK_TICKETS_MAX,
        "nothing was changed"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bulk_change_costs_the_rate_what_its_tickets_would() {
    let server =
        TestServer::start_with(&["--requests-per-second", "1", "--requests-burst", "30"]).await;
    let mut tickets = Vec::new();
    for _ in 0..20 {
        tickets.push(server.ticket(ada()).await);
    }
    let patch = |priority: &str| json!({"priority": priority});
    bulk(&server, &tickets[..1], patch("high"))
        .await
        .expect(200);
    assert_eq!(
        results(&bulk(&server, &tickets, patch("low")).await).len(),
        20
    );
    let refused = bulk(&server, &tickets, patch("urgent")).await;
    let wait_s: u64 = refused
        .header("retry-after")
        .and_then(|s| s.parse().ok())
        .unwrap();
    assert_eq!(refused.refused(429), "rate_limited");
    assert!((5..=20).contains(&wait_s), "{wait_s} s");
    let untouched = server
        .database
        .query_one(
            "select count(*) from support_tickets where priority = 'urgent'",
            &[],
        )
        .await
        .unwrap();
    assert_eq!(untouched.get::<_, i64>(0), 0);
    // A small bulk change still fits into what is left of the rate limit's burst.
    bulk(&server, &tickets[..1], patch("medium"))
        .await
        .expect(200);
}
