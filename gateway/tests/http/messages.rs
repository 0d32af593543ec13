//! Tests writing, editing and redacting messages, and reading a ticket's history.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::test_server::{TestServer, ada, alan, grace, katherine};

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

#[tokio::test]
async fn a_ticket_whose_message_was_removed_by_sql_stays_readable_for_both_sides() {
    let server = TestServer::start().await;
    let ticket = server.ticket(ada()).await;
    let removed = server.message(ada(), &ticket, "To be removed").await;
    server.message(grace(), &ticket, "To be kept").await;
    let id: Uuid = removed.parse().unwrap();
    let delete = "delete from support_messages where id = $1";
    server.database.execute(delete, &[&id]).await.unwrap();
    for person in [ada(), grace()] {
        for what in ["activity", "messages"] {
            let path = format!("/v1/tickets/{ticket}/{what}");
            let page = server.get(person, &path).await.expect(200);
            let events = page["events"].as_array().unwrap();
            let bodies: Vec<_> = events
                .iter()
                .filter_map(|event| event["message"]["body"].as_str())
                .collect();
            assert_eq!(bodies, ["At all.", "To be kept"], "{} {what}", person.name);
        }
        server
            .get(person, &format!("/v1/tickets/{ticket}"))
            .await
            .expect(200);
    }
}
