//! Tests ticket lists: filters, order and cursors.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use crate::kit::test_server::eventually;
use crate::test_server::{TestServer, ada, alan, carl, grace};

fn ids(page: &Value) -> Vec<String> {
    page["tickets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|ticket| ticket["id"].as_str().unwrap().to_owned())
        .collect()
}

async fn list(server: &TestServer, query: &str) -> Vec<String> {
    ids(&server
        .get(grace(), &format!("/v1/tickets?scope=all{query}"))
        .await
        .expect(200))
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_narrow_a_list_to_what_fits_all_of_them() {
    let server = TestServer::start().await;
    let export = server
        .ticket_about(
            ada(),
            json!({"subject": "Export broken", "category": "technical", "priority": "urgent"}),
        )
        .await;
    let invoice = server
        .ticket_about(
            ada(),
            json!({"subject": "Invoice wrong", "category": "billing", "priority": "low"}),
        )
        .await;
    let other = server
        .ticket_about(
            carl(),
            json!({"subject": "Export slow", "category": "technical", "priority": "low"}),
        )
        .await;
    server
        .call(
            grace(),
            "PATCH",
            &format!("/v1/tickets/{export}"),
            Some(json!({"assigned_to": "me"})),
        )
        .await
        .expect(200);
    server
        .call(
            ada(),
            "PATCH",
            &format!("/v1/tickets/{invoice}"),
            Some(json!({"status": "closed"})),
        )
        .await
        .expect(200);
    let number = server
        .get(grace(), &format!("/v1/tickets/{other}"))
        .await
        .expect(200)["ticket_number"]
        .as_str()
        .unwrap()
        .to_owned();
    let alan_is_busy_with = format!("&assigned_to={}", alan().id);
    let by_number = format!("&search={number}");
    for (query, expected) in [
        ("", vec![&export, &invoice, &other]),
        ("&tab=active", vec![&export, &other]),
        ("&tab=closed", vec![&invoice]),
        ("&status=closed,resolved", vec![&invoice]),
        ("&category=technical", vec![&export, &other]),
        ("&priority=urgent,high", vec![&export]),
        ("&category=technical&priority=low", vec![&other]),
        ("&assigned_to=me", vec![&export]),
        ("&assigned_to=nobody", vec![&invoice, &other]),
        (&alan_is_busy_with, vec![]),
        ("&search=export", vec![&export, &other]),
        ("&search=EXPORT%20slow", vec![&other]),
        ("&search=carl@example.org", vec![&other]),
        (&by_number, vec![&other]),
        ("&search=nothing", vec![]),
    ] {
        let found: BTreeSet<String> = list(&server, query).await.into_iter().collect();
        assert_eq!(found, expected.into_iter().cloned().collect(), "{query}");
    }
    let own = server
        .get(ada(), "/v1/tickets?tab=active")
        .await
        .expect(200);
    assert_eq!(
        ids(&own),
        [export],
        "the person's own list shows other tickets"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_goes_by_letters_and_not_by_how_they_were_typed() {
    let server = TestServer::start().await;
    let subject = "Cafe\u{301} İstanbul ΛΌΓΟΣ ＰＡＹ";
    let ticket = server
        .ticket_about(ada(), json!({ "subject": subject }))
        .await;
    for text in [
        "caf%C3%A9",
        "CAFE%CC%81",
        "istanbul",
        "ISTANBUL",
        "%CE%BB%CF%8C%CE%B3%CE%BF%CF%82",
        "pay",
        "%EF%BC%B0%EF%BC%A1%EF%BC%B9",
    ] {
        assert_eq!(
            list(&server, &format!("&search={text}")).await,
            std::slice::from_ref(&ticket),
            "{text}"
        );
        let own = server
            .get(ada(), &format!("/v1/tickets?search={text}"))
            .await
            .expect(200);
        assert_eq!(ids(&own), std::slice::from_ref(&ticket), "{text}");
    }
    // A full-width percent sign is not a wildcard: the search looks for the character itself.
    assert!(
        list(&server, "&search=%EF%BC%85%EF%BC%85%EF%BC%85")
            .await
            .is_empty()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_who_searches_often_at_once_takes_one_connection() {
    let server = Arc::new(TestServer::start().await);
    server.ticket(ada()).await;
    server
        .database
        .batch_execute("begin; lock table support_messages in access exclusive mode")
        .await
        .unwrap();
    let searches: Vec<_> = (0..12)
        .map(|_| {
            let server = Arc::clone(&server);
            tokio::spawn(async move { server.get(ada(), "/v1/tickets?search=something").await })
        })
        .collect();
    let waiting = async || {
        let sql = "select count(*) from pg_locks where not granted and database = (select oid from pg_database where datname = current_database())";
        let row = server.database.query_one(sql, &[]).await.unwrap();
        row.get::<_, i64>(0)
    };
    eventually("the first one waits", Duration::from_secs(10), async || {
        (waiting().await > 0).then_some(())
    })
    .await;
    // Twelve searches of one customer have started, but only one of them may wait in the database.
    // Another customer's request must be answered at once.
    server.get(carl(), "/v1/me").await.expect(200);
    assert_eq!(waiting().await, 1);
    server.database.batch_execute("rollback").await.unwrap();
    for search in searches {
        search.await.unwrap().expect(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn cursors_walk_every_order_once_through() {
    let server = TestServer::start().await;
    let mut made = Vec::new();
    for n in 0..7 {
        made.push(
            server
                .ticket_about(ada(), json!({"subject": format!("Ticket {n}")}))
                .await,
        );
    }
    server
        .call(
            ada(),
            "POST",
            &format!("/v1/tickets/{}/messages", made[2]),
            Some(json!({"body": "Up"})),
        )
        .await
        .expect(201);
    let newest_first: Vec<String> = made.iter().rev().cloned().collect();
    let mut by_activity = newest_first.clone();
    by_activity.retain(|id| *id != made[2]);
    by_activity.insert(0, made[2].clone());
    for (person, scope) in [(ada(), "own"), (grace(), "all")] {
        for (sort, expected) in [
            ("last_activity", &by_activity),
            ("created", &newest_first),
            ("oldest", &made),
        ] {
            let mut walked = Vec::new();
            let mut cursor = String::new();
            loop {
                let page = server
                    .get(
                        person,
                        &format!("/v1/tickets?scope={scope}&sort={sort}&limit=3{cursor}"),
                    )
                    .await
                    .expect(200);
                walked.extend(ids(&page));
                let Some(next) = page["next_cursor"].as_str() else {
                    break;
                };
                cursor = format!("&cursor={next}");
            }
            assert_eq!(&walked, expected, "{scope} {sort}");
        }
    }
    for cursor in ["nonsense", "%00", "' or 1=1"] {
        let answer = server
            .get(
                ada(),
                &format!("/v1/tickets?cursor={}", cursor.replace(' ', "%20")),
            )
            .await;
        assert_eq!(answer.refused(422), "invalid_field", "{cursor}");
        let title = answer.json()["title"].to_string();
        assert!(title.starts_with("\"cursor: "), "{title}");
    }
    for (field, value) in [
        ("status", ""),
        ("status", "open,"),
        ("category", ""),
        ("priority", ""),
        ("tab", ""),
        ("sort", ""),
        ("scope", ""),
        ("assigned_to", ""),
        ("user_id", ""),
        ("cursor", ""),
        ("limit", ""),
        ("archived", ""),
        ("archived", "maybe"),
        ("limit", "-1"),
        (
            "cursor",
            "-9223372036854775808.01890000-0000-7000-8000-000000000000",
        ),
    ] {
        let scope = if field == "scope" { "" } else { "scope=all&" };
        let path = format!("/v1/tickets?{scope}{field}={value}");
        let answer = server.get(grace(), &path).await;
        assert_eq!(answer.refused(422), "invalid_field", "{path}");
        let title = answer.json()["title"].to_string();
        assert!(
            title.starts_with(&format!("\"{field}: ")),
            "{path}: {title}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn stats_and_agents_show_the_desk() {
    let server = TestServer::start().await;
    server
        .ticket_about(ada(), json!({"priority": "urgent"}))
        .await;
    let stats = server.get(grace(), "/v1/stats").await.expect(200);
    assert_eq!(
        (
            stats["open_tickets"].as_u64(),
            stats["urgent_tickets"].as_u64()
        ),
        (Some(1), Some(1))
    );
    let agents = server.get(grace(), "/v1/agents").await.expect(200);
    let names: BTreeSet<&str> = agents
        .as_array()
        .unwrap()
        .iter()
        .map(|agent| agent["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        BTreeSet::from(["Alan Turing", "Grace Hopper", "Katherine Johnson"])
    );
}
