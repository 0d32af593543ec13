//! Checks that tickets with numbers of any form can be listed, searched and opened, even next to a
//! ticket whose row cannot be decoded.

use serde_json::{Value, json};

use crate::test_server::{TestServer, ada, grace};

const NUMBERS: &[&str] = &[
    "SUP-2024-17",
    "TKT-42",
    "#7/ä",
    "99999999999999999999999",
    "TKT-99999999999999999999",
];

async fn carried_over(server: &TestServer) {
    for number in NUMBERS {
        let sql = "insert into support_tickets (user_id, subject, ticket_number) values ($1, 'Carried over', $2)";
        server
            .database
            .execute(sql, &[&ada().id.uuid(), number])
            .await
            .unwrap();
    }
}

fn numbers(page: &Value) -> Vec<&str> {
    page["tickets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["ticket_number"].as_str().unwrap())
        .collect()
}

fn quoted(text: &str) -> String {
    text.bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() || byte == b'-' {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}

#[tokio::test]
async fn a_number_of_any_form_is_listed_found_and_opened_as_it_is() {
    let server = TestServer::start().await;
    carried_over(&server).await;
    let (own, all) = (
        server.get(ada(), "/v1/tickets").await.expect(200),
        server
            .get(grace(), "/v1/tickets?scope=all")
            .await
            .expect(200),
    );
    for number in NUMBERS {
        assert!(
            numbers(&own).contains(number) && numbers(&all).contains(number),
            "{number}"
        );
        for person in [ada(), grace()] {
            let path = quoted(number);
            let opened = server
                .get(person, &format!("/v1/tickets/{path}"))
                .await
                .expect(200);
            assert_eq!(opened["ticket_number"], *number);
            server
                .get(person, &format!("/v1/tickets/{path}/activity"))
                .await
                .expect(200);
        }
        for path in [
            format!("/v1/tickets?search={}", quoted(number)),
            format!("/v1/tickets?scope=all&search={}", quoted(number)),
        ] {
            let person = if path.contains("all") { grace() } else { ada() };
            assert!(
                numbers(&server.get(person, &path).await.expect(200)).contains(number),
                "{path}"
            );
        }
    }
    // Searches with the forms in which people type ticket numbers.
    for (search, found) in [
        ("sup-2024-17", "SUP-2024-17"),
        ("42", "TKT-42"),
        ("tkt-42", "TKT-42"),
        ("TKT-42", "TKT-42"),
    ] {
        let page = server
            .get(grace(), &format!("/v1/tickets?scope=all&search={search}"))
            .await
            .expect(200);
        assert!(numbers(&page).contains(&found), "{search}: {page}");
    }
    assert_eq!(
        server
            .get(grace(), "/v1/tickets/sup-2024-17")
            .await
            .expect(200)["ticket_number"],
        "SUP-2024-17"
    );
    for missing in ["SUP-2024-18", "%00", "%20", &"9".repeat(65), "no-such"] {
        assert_eq!(
            server
                .get(grace(), &format!("/v1/tickets/{missing}"))
                .await
                .refused(404),
            "not_found",
            "{missing}"
        );
    }
}

#[tokio::test]
async fn a_literal_number_comes_before_one_that_is_only_meant() {
    let server = TestServer::start().await;
    for number in ["TKT-000042", "TKT-42"] {
        let sql = "insert into support_tickets (user_id, subject, ticket_number) values ($1, 'Two of them', $2)";
        server
            .database
            .execute(sql, &[&ada().id.uuid(), &number])
            .await
            .unwrap();
    }
    for number in ["TKT-000042", "TKT-42"] {
        assert_eq!(
            server
                .get(grace(), &format!("/v1/tickets/{number}"))
                .await
                .expect(200)["ticket_number"],
            number
        );
    }
    let page = server
        .get(grace(), "/v1/tickets?scope=all&search=42")
        .await
        .expect(200);
    assert_eq!(numbers(&page).len(), 2);
}

#[tokio::test]
async fn a_ticket_that_cannot_be_read_is_left_out_of_lists_and_says_so_itself() {
    let server = TestServer::start().await;
    let mut tickets = Vec::new();
    for _ in 0..5 {
        tickets.push(server.ticket(ada()).await);
    }
    server
        .database
        .batch_execute(&format!(
            "alter table support_tickets drop constraint support_tickets_category_check;
             update support_tickets set category = 'of_the_future' where id = '{}'",
            tickets[2]
        ))
        .await
        .unwrap();
    for (person, scope) in [(ada(), "own"), (grace(), "all")] {
        let mut seen = Vec::new();
        let mut next = String::new();
        loop {
            let page = server
                .get(person, &format!("/v1/tickets?scope={scope}&limit=2{next}"))
                .await
                .expect(200);
            seen.extend(
                page["tickets"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|one| one["id"].as_str().unwrap().to_owned()),
            );
            match page["next_cursor"].as_str() {
                Some(cursor) => next = format!("&cursor={cursor}"),
                None => break,
            }
        }
        let mut expected = tickets.clone();
        expected.remove(2);
        expected.reverse();
        assert_eq!(seen, expected, "{scope}");
        assert_eq!(
            server
                .get(person, &format!("/v1/tickets/{}", tickets[2]))
                .await
                .refused(500),
            "internal"
        );
        // Only the ticket's category is invalid. Its history does not contain the category and can
        // still be read.
        server
            .get(person, &format!("/v1/tickets/{}/activity", tickets[2]))
            .await
            .expect(200);
    }
}

#[tokio::test]
async fn settings_and_replies_that_sql_has_spoilt_hide_neither_the_desk_nor_the_others() {
    let server = TestServer::start().await;
    let katherine = crate::test_server::katherine();
    let reply = json!({"shortcut": "hi", "title": "Greeting", "body": "Hello {{customer}}"});
    server
        .call(
            katherine,
            "PUT",
            &format!("/v1/saved-replies/{}", uuid::Uuid::now_v7()),
            Some(reply),
        )
        .await
        .expect(200);
    server.database
        .batch_execute(
            "insert into support_settings (name, value) values ('opening_hours', '[1e400]'), ('away_notice', ('[' || repeat('[', 200) || repeat(']', 200) || ']')::jsonb);
             insert into support_saved_replies (id, shortcut, title, body, updated_at) values (gen_random_uuid(), 'odd', 'Odd', 'x', 'infinity')",
        )
        .await
        .unwrap();
    server
        .send(
            server
                .request("GET", "/v1/availability")
                .body(Vec::new())
                .unwrap(),
        )
        .await
        .expect(200);
    let settings = server.get(katherine, "/v1/settings").await.expect(200);
    assert_eq!(
        (&settings["opening_hours"], &settings["away_notice"]),
        (&Value::Null, &Value::Null)
    );
    let replies = server.get(grace(), "/v1/saved-replies").await.expect(200);
    assert_eq!(replies.as_array().map(Vec::len), Some(2), "{replies}");
}
