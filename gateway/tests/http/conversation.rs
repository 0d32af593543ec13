//! Opening, writing, changing, rating: what a customer and an agent do with a ticket.

use helpline_core::limits;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::test_server::{TestServer, ada, alan, carl, grace, katherine};

fn new_ticket() -> Value {
    json!({"subject": "It does not work", "category": "technical", "priority": "high", "description": "At all."})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_opened_twice_with_one_key_is_one_ticket() {
    let server = TestServer::start().await;
    let first = server
        .call_with_key(ada(), "POST", "/v1/tickets", Some(new_ticket()), "once")
        .await;
    let ticket = first.expect(201);
    assert_eq!(
        first.header("location"),
        Some(format!("/v1/tickets/{}", ticket["id"].as_str().unwrap()).as_str())
    );
    let again = server
        .call_with_key(ada(), "POST", "/v1/tickets", Some(new_ticket()), "once")
        .await
        .expect(200);
    assert_eq!(again["id"], ticket["id"]);
    let mut other = new_ticket();
    other["subject"] = json!("Something else");
    assert_eq!(
        server
            .call_with_key(ada(), "POST", "/v1/tickets", Some(other), "once")
            .await
            .refused(409),
        "key_reused"
    );
    let carls = server
        .call_with_key(carl(), "POST", "/v1/tickets", Some(new_ticket()), "once")
        .await
        .expect(201);
    assert_ne!(carls["id"], ticket["id"], "keys are each user's own");
    assert_eq!(
        (ticket["status"].as_str(), ticket["priority"].as_str()),
        (Some("open"), Some("high"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_sent_twice_with_one_key_is_one_message_also_after_the_ticket_closed() {
    let server = TestServer::start().await;
    let ticket = server.ticket(ada()).await;
    let path = format!("/v1/tickets/{ticket}/messages");
    let first = server
        .call_with_key(ada(), "POST", &path, Some(json!({"body": "Hello"})), "m")
        .await
        .expect(201);
    let again = server
        .call_with_key(ada(), "POST", &path, Some(json!({"body": "Hello"})), "m")
        .await
        .expect(200);
    assert_eq!(
        (&again["seq"], &again["duplicate"]),
        (&first["seq"], &json!(true))
    );
    assert_eq!(
        server
            .call_with_key(ada(), "POST", &path, Some(json!({"body": "Other"})), "m")
            .await
            .refused(409),
        "key_reused"
    );
    server
        .call(
            ada(),
            "PATCH",
            &format!("/v1/tickets/{ticket}"),
            Some(json!({"status": "closed"})),
        )
        .await
        .expect(200);
    let late = server
        .call_with_key(ada(), "POST", &path, Some(json!({"body": "Hello"})), "m")
        .await
        .expect(200);
    assert_eq!(late["seq"], first["seq"]);
    assert_eq!(
        server
            .call(ada(), "POST", &path, Some(json!({"body": "New"})))
            .await
            .refused(409),
        "ticket_closed"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stale_writer_is_told_how_far_the_ticket_is() {
    let server = TestServer::start().await;
    let ticket = server.ticket(ada()).await;
    let path = format!("/v1/tickets/{ticket}/messages");
    let seen = server
        .get(ada(), &format!("/v1/tickets/{ticket}"))
        .await
        .expect(200)["seq"]
        .clone();
    server
        .call(grace(), "POST", &path, Some(json!({"body": "An answer"})))
        .await
        .expect(201);
    let stale = server
        .call(
            ada(),
            "POST",
            &path,
            Some(json!({"body": "Too late", "based_on": seen})),
        )
        .await;
    assert_eq!(stale.refused(409), "stale");
    assert!(stale.json()["head"].as_u64() > seen.as_u64());
    server
        .call(ada(), "POST", &path, Some(json!({"body": "Insisting"})))
        .await
        .expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_patch_changes_all_of_its_fields_or_none() {
    let server = TestServer::start().await;
    let ticket = server.ticket(ada()).await;
    let path = format!("/v1/tickets/{ticket}");
    let patched = server
        .call(
            grace(),
            "PATCH",
            &path,
            Some(json!({"priority": "urgent", "category": "security", "assigned_to": "me"})),
        )
        .await;
    let patched = patched.expect(200);
    assert_eq!(
        (&patched["priority"], &patched["category"]),
        (&json!("urgent"), &json!("security"))
    );
    assert_eq!(patched["assigned_to"]["id"], json!(grace().id));
    let refused = server
        .call(
            grace(),
            "PATCH",
            &path,
            Some(json!({"priority": "low", "assigned_to": carl().id})),
        )
        .await;
    assert_eq!(refused.refused(422), "invalid_field");
    assert_eq!(
        server.get(grace(), &path).await.expect(200)["priority"],
        "urgent"
    );
    for (body, status, code) in [
        (json!({}), 422, "invalid_field"),
        (json!({"status": "gone"}), 422, "invalid_field"),
        (json!({"assigned_to": "someone"}), 422, "invalid_field"),
        (json!({"assigned_to": carl().id}), 422, "invalid_field"),
    ] {
        assert_eq!(
            server
                .call(grace(), "PATCH", &path, Some(body))
                .await
                .refused(status),
            code
        );
    }
    let other = server
        .call(
            katherine(),
            "PATCH",
            &path,
            Some(json!({"assigned_to": alan().id})),
        )
        .await
        .expect(200);
    assert_eq!(other["assigned_to"]["name"], "Alan Turing");
    let unassigned = server
        .call(
            katherine(),
            "PATCH",
            &path,
            Some(json!({"assigned_to": "nobody"})),
        )
        .await
        .expect(200);
    assert_eq!(unassigned["assigned_to"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_closes_reopens_and_rates_and_nothing_else() {
    let server = TestServer::start().await;
    let ticket = server.ticket(ada()).await;
    let path = format!("/v1/tickets/{ticket}");
    for body in [
        json!({"priority": "urgent"}),
        json!({"category": "billing"}),
        json!({"assigned_to": "nobody"}),
        json!({"status": "closed", "priority": "low"}),
    ] {
        assert_eq!(
            server
                .call(ada(), "PATCH", &path, Some(body))
                .await
                .refused(403),
            "forbidden"
        );
    }
    assert_eq!(
        server
            .call(ada(), "PATCH", &path, Some(json!({"status": "resolved"})))
            .await
            .refused(409),
        "invalid_transition"
    );
    let rating = format!("{path}/rating");
    assert_eq!(
        server
            .call(
                ada(),
                "PUT",
                &rating,
                Some(json!({"satisfaction_rating": 5}))
            )
            .await
            .refused(409),
        "not_ratable"
    );
    assert_eq!(
        server
            .call(ada(), "PATCH", &path, Some(json!({"status": "closed"})))
            .await
            .expect(200)["status"],
        "closed"
    );
    for stars in [0, 6] {
        assert_eq!(
            server
                .call(
                    ada(),
                    "PUT",
                    &rating,
                    Some(json!({"satisfaction_rating": stars}))
                )
                .await
                .refused(422),
            "invalid_field"
        );
    }
    let long = "x".repeat(limits::RATING_COMMENT_CHARS_MAX + 1);
    let refused = server
        .call(
            ada(),
            "PUT",
            &rating,
            Some(json!({"satisfaction_rating": 4, "satisfaction_comment": long})),
        )
        .await;
    assert_eq!(refused.refused(422), "invalid_field");
    let rated = server
        .call(
            ada(),
            "PUT",
            &rating,
            Some(json!({"satisfaction_rating": 4, "satisfaction_comment": "Quick"})),
        )
        .await
        .expect(200);
    assert_eq!(
        rated["rating"],
        json!({"satisfaction_rating": 4, "satisfaction_comment": "Quick"})
    );
    assert_eq!(
        server
            .call(
                grace(),
                "PUT",
                &rating,
                Some(json!({"satisfaction_rating": 5}))
            )
            .await
            .refused(403),
        "forbidden"
    );
    assert_eq!(
        server
            .call(ada(), "PATCH", &path, Some(json!({"status": "open"})))
            .await
            .expect(200)["status"],
        "open"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn history_pages_join_without_hole_and_notes_stay_inside() {
    let server = TestServer::start().await;
    let ticket = server.ticket(ada()).await;
    let path = format!("/v1/tickets/{ticket}/messages");
    for n in 0..6 {
        server
            .call(
                ada(),
                "POST",
                &path,
                Some(json!({"body": format!("question {n}")})),
            )
            .await
            .expect(201);
        server
            .call(
                grace(),
                "POST",
                &path,
                Some(json!({"body": format!("canary {n}"), "internal": true})),
            )
            .await
            .expect(201);
    }
    for (person, sees_notes) in [(ada(), false), (grace(), true)] {
        let mut pages: Vec<Value> = Vec::new();
        let mut before = String::new();
        loop {
            let page = server
                .get(
                    person,
                    &format!("/v1/tickets/{ticket}/activity?limit=4{before}"),
                )
                .await;
            assert_eq!(
                page.text().contains("canary"),
                sees_notes && page.text().contains("canary")
            );
            let page = page.expect(200);
            let first = page["events"][0]["seq"].as_u64().unwrap();
            let more = page["more_before"].as_bool().unwrap();
            pages.insert(0, page);
            assert_eq!(more, first > 1);
            if !more {
                break;
            }
            before = format!("&before={first}");
        }
        let seqs: Vec<u64> = pages
            .iter()
            .flat_map(|page| page["events"].as_array().unwrap())
            .map(|event| event["seq"].as_u64().unwrap())
            .collect();
        assert_eq!(
            seqs,
            (1..=seqs.len() as u64).collect::<Vec<_>>(),
            "{}",
            person.name
        );
        assert_eq!(pages.last().unwrap()["head"].as_u64(), seqs.last().copied());
        let forward = server
            .get(
                person,
                &format!("/v1/tickets/{ticket}/activity?after=2&limit=3"),
            )
            .await
            .expect(200);
        assert_eq!(
            forward["events"]
                .as_array()
                .unwrap()
                .iter()
                .map(|event| event["seq"].as_u64().unwrap())
                .collect::<Vec<_>>(),
            [3, 4, 5]
        );
        let texts = server
            .get(person, &format!("{path}?limit=5"))
            .await
            .expect(200);
        let kinds: Vec<&str> = texts["events"]
            .as_array()
            .unwrap()
            .iter()
            .map(|event| event["kind"].as_str().unwrap())
            .collect();
        assert_eq!(kinds.len(), 5);
        assert!(
            kinds
                .iter()
                .all(|kind| *kind == "message_added"
                    || (sees_notes && *kind == "internal_note_added")),
            "{kinds:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_edited_by_its_sender_and_redacted_for_good() {
    let server = TestServer::start().await;
    let ticket = server.ticket(ada()).await;
    let message = server
        .message(ada(), &ticket, "my password is hunter2")
        .await;
    let path = format!("/v1/tickets/{ticket}/messages/{message}");
    let foreign = server
        .call(grace(), "PATCH", &path, Some(json!({"body": "x"})))
        .await;
    assert!(matches!(foreign.status, 403 | 404), "{}", foreign.text());
    let edited = server
        .call(
            ada(),
            "PATCH",
            &path,
            Some(json!({"body": "my password is secret"})),
        )
        .await
        .expect(200);
    assert_eq!(
        (&edited["kind"], &edited["message"]["body"]),
        (&json!("message_edited"), &json!("my password is secret"))
    );
    server.call(ada(), "DELETE", &path, None).await.expect(204);
    server.call(ada(), "DELETE", &path, None).await.expect(204);
    for person in [ada(), grace()] {
        let history = server
            .get(person, &format!("/v1/tickets/{ticket}/activity"))
            .await;
        history.expect(200);
        assert!(
            !history.text().contains("hunter2") && !history.text().contains("secret"),
            "{}",
            history.text()
        );
    }
    assert_eq!(
        server
            .call(ada(), "PATCH", &path, Some(json!({"body": "again"})))
            .await
            .refused(409),
        "redacted"
    );
    let missing = format!("/v1/tickets/{ticket}/messages/{}", Uuid::now_v7());
    assert_eq!(
        server
            .call(ada(), "DELETE", &missing, None)
            .await
            .refused(404),
        "not_found"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn anybodys_message_is_redacted_by_admins_alone() {
    let server = TestServer::start().await;
    let ticket = server.ticket(ada()).await;
    for (sender, others) in [(ada(), grace()), (grace(), ada()), (grace(), alan())] {
        let message = server.message(sender, &ticket, "secret").await;
        let path = format!("/v1/tickets/{ticket}/messages/{message}");
        let refused = server.call(others, "DELETE", &path, None).await;
        assert!(
            matches!(refused.status, 403 | 404),
            "{} on {}'s: {}",
            others.name,
            sender.name,
            refused.text()
        );
        server
            .call(katherine(), "DELETE", &path, None)
            .await
            .expect(204);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_is_found_by_its_number_in_any_case() {
    let server = TestServer::start().await;
    let ticket = server.ticket(ada()).await;
    let number = server
        .get(ada(), &format!("/v1/tickets/{ticket}"))
        .await
        .expect(200)["ticket_number"]
        .as_str()
        .unwrap()
        .to_owned();
    for name in [number.clone(), number.to_lowercase()] {
        assert_eq!(
            server
                .get(ada(), &format!("/v1/tickets/{name}"))
                .await
                .expect(200)["id"],
            json!(ticket)
        );
        server
            .call(
                ada(),
                "POST",
                &format!("/v1/tickets/{name}/messages"),
                Some(json!({"body": "By number"})),
            )
            .await
            .expect(201);
    }
}
