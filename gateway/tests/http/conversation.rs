//! Tests opening, changing and rating a ticket, as a customer and as an agent.

use helpline_core::limits;
use serde_json::{Value, json};

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
    assert_ne!(carls["id"], ticket["id"], "keys are separate for each user");
    assert_eq!(
        (ticket["status"].as_str(), ticket["priority"].as_str()),
        (Some("open"), Some("high"))
    );
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

#[tokio::test(flavor = "multi_thread")]
async fn a_question_alone_opens_a_ticket_and_a_retry_finds_it() {
    let server = TestServer::start().await;
    let open = async |key: &str, body: Value| {
        server
            .call_with_key(ada(), "POST", "/v1/tickets", Some(body), key)
            .await
    };
    let question = "# The *printer* burns\nSince Monday.";
    let first = open("one", json!({"description": question})).await;
    let first = first.expect(201);
    assert_eq!(
        (&first["subject"], &first["category"], &first["priority"]),
        (
            &json!("The printer burns"),
            &json!("general"),
            &json!("medium")
        )
    );
    let again = open("one", json!({"description": question})).await;
    assert_eq!(again.expect(200)["id"], first["id"], "the same request");
    let path = format!("/v1/tickets/{}/activity", first["id"].as_str().unwrap());
    let events = server.get(ada(), &path).await.expect(200);
    assert!(
        events.to_string().contains("Since Monday."),
        "the first message is not the whole description: {events}"
    );
    for (body, at) in [
        (json!({}), "description: "),
        (json!({"description": " "}), "description: "),
        (json!({"description": "D", "subject": ""}), "subject: "),
        (json!({"description": "D", "subject": null}), "subject: "),
        (
            json!({"description": "D", "category": "weather"}),
            "category: ",
        ),
    ] {
        let refused = open("two", body.clone()).await;
        assert_eq!(refused.status, 422, "{body}");
        let title = refused.json()["title"].as_str().unwrap().to_owned();
        assert!(title.starts_with(at), "{title}");
    }
}
