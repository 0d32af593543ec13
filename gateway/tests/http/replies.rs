//! Tests saved replies: admins maintain the shared replies, staff read the replies, and customers
//! cannot see them.

use helpline_core::limits;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::test_server::{Answer, TestServer, ada, grace, katherine};

async fn save(server: &TestServer, id: Uuid, shortcut: &str, body: &str) -> Answer {
    let change = json!({"shortcut": shortcut, "title": "A title", "body": body});
    server
        .call(
            katherine(),
            "PUT",
            &format!("/v1/saved-replies/{id}"),
            Some(change),
        )
        .await
}

async fn listed(server: &TestServer) -> Vec<(String, String)> {
    let page = server.get(grace(), "/v1/saved-replies").await.expect(200);
    let text = |reply: &Value, field: &str| reply[field].as_str().unwrap().to_owned();
    page.as_array()
        .unwrap()
        .iter()
        .map(|reply| (text(reply, "shortcut"), text(reply, "body")))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_is_kept_replaced_and_removed_with_its_variables_as_they_are() {
    let server = TestServer::start().await;
    let (first, second) = (Uuid::now_v7(), Uuid::now_v7());
    let text = "Hello {{customer_name}}, about {{ticket_number}}:\n\t{{agent_name}}";
    let saved = save(&server, first, "hello", text).await.expect(200);
    assert_eq!(
        (saved["id"].as_str(), saved["body"].as_str()),
        (Some(&*first.to_string()), Some(text))
    );
    save(&server, second, "bye", "Bye").await.expect(200);
    let pair = |shortcut: &str, body: &str| (shortcut.to_owned(), body.to_owned());
    assert_eq!(
        listed(&server).await,
        [pair("bye", "Bye"), pair("hello", text)]
    );

    assert_eq!(
        save(&server, second, "hello", "Mine").await.refused(409),
        "conflict",
        "a taken shortcut"
    );
    assert_eq!(
        save(&server, Uuid::now_v7(), "bye", "Mine")
            .await
            .refused(409),
        "conflict"
    );
    save(&server, second, "see-you_2", "See you")
        .await
        .expect(200);
    let again = save(&server, second, "see-you_2", "See you")
        .await
        .expect(200);
    assert_eq!(again["shortcut"], "see-you_2");
    let path = format!("/v1/saved-replies/{first}");
    server
        .call(katherine(), "DELETE", &path, None)
        .await
        .expect(204);
    let gone = server.call(katherine(), "DELETE", &path, None).await;
    assert_eq!(
        (gone.refused(404), gone.json()["title"].as_str()),
        ("not_found".to_owned(), Some("no such saved reply"))
    );
    assert_eq!(listed(&server).await, [pair("see-you_2", "See you")]);

    let sql = "select action, detail -> 'before' ->> 'shortcut', detail -> 'after' ->> 'shortcut' from access_log \
        where action in ('reply_saved', 'reply_deleted') and user_id = $1 order by id";
    let rows = server
        .database
        .query(sql, &[&katherine().id.uuid()])
        .await
        .unwrap();
    let rows: Vec<(String, Option<String>, Option<String>)> = rows
        .iter()
        .map(|row| (row.get(0), row.get(1), row.get(2)))
        .collect();
    let row = |action: &str, before: Option<&str>, after: Option<&str>| {
        (
            action.to_owned(),
            before.map(str::to_owned),
            after.map(str::to_owned),
        )
    };
    let expected = [
        row("reply_saved", None, Some("hello")),
        row("reply_saved", None, Some("bye")),
        row("reply_saved", Some("bye"), Some("see-you_2")),
        row("reply_deleted", Some("hello"), None),
    ];
    assert_eq!(rows, expected, "one row per actual change");
}

#[tokio::test(flavor = "multi_thread")]
async fn replies_out_of_bounds_are_refused_and_so_is_one_too_many() {
    let server = TestServer::start().await;
    let long = "x".repeat(limits::SHORTCUT_CHARS_MAX + 1);
    for shortcut in ["", "Hello", "a b", "ä", "/x", &long] {
        assert_eq!(
            save(&server, Uuid::now_v7(), shortcut, "Text")
                .await
                .refused(422),
            "invalid_field",
            "{shortcut:?}"
        );
    }
    assert_eq!(
        save(&server, Uuid::now_v7(), "x", " ").await.refused(422),
        "invalid_body"
    );
    let no_title = json!({"shortcut": "x", "title": " ", "body": "Text"});
    assert_eq!(
        server
            .call(
                katherine(),
                "PUT",
                &format!("/v1/saved-replies/{}", Uuid::now_v7()),
                Some(no_title)
            )
            .await
            .refused(422),
        "invalid_field"
    );
    assert_eq!(
        server
            .call(katherine(), "DELETE", "/v1/saved-replies/hello", None)
            .await
            .refused(404),
        "not_found"
    );
    let fill = "insert into support_saved_replies (id, shortcut, title, body) select gen_random_uuid(), 'r' || n, 'T', 'B' from generate_series(1, $1::int) n";
    server
        .database
        .execute(fill, &[&i32::try_from(limits::SAVED_REPLIES_MAX).unwrap()])
        .await
        .unwrap();
    assert_eq!(
        save(&server, Uuid::now_v7(), "one-more", "Text")
            .await
            .refused(413),
        "too_large"
    );
    assert_eq!(listed(&server).await.len(), limits::SAVED_REPLIES_MAX);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_record_itself_lets_no_one_but_admins_change_them() {
    let server = TestServer::start().await;
    for (role, who) in [("helpline_staff", grace()), ("helpline_customer", ada())] {
        server
            .database
            .batch_execute(&format!(
                "set role {role}; set request.jwt.claims = '{{\"sub\":\"{}\"}}'",
                who.id
            ))
            .await
            .unwrap();
        for sql in [
            "select support_save_reply(gen_random_uuid(), 'x', 'T', 'B', 500)",
            "select support_delete_reply(gen_random_uuid())",
            "select support_keep_reply(gen_random_uuid(), 'x', 'T', 'B', null, false, 500, 100)",
            "insert into support_saved_replies (id, shortcut, title, body, owner) values (gen_random_uuid(), 'x', 'T', 'B', support_current_user_id())",
            "select support_set_setting('away_notice', '\"x\"')",
            "insert into support_saved_replies (id, shortcut, title, body) values (gen_random_uuid(), 'x', 'T', 'B')",
            "insert into support_settings (name, value) values ('away_notice', '1')",
        ] {
            let refused = server.database.batch_execute(sql).await.expect_err(sql);
            let code = refused.code().unwrap().code();
            assert!(
                code == "HL001" || code == "42501",
                "{sql} by {role}: {refused:?}"
            );
        }
        server
            .database
            .batch_execute("reset role; reset request.jwt.claims")
            .await
            .unwrap();
    }
    let kept = "select (select count(*) from support_saved_replies) + (select count(*) from support_settings)";
    assert_eq!(
        server
            .database
            .query_one(kept, &[])
            .await
            .unwrap()
            .get::<_, i64>(0),
        0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_keeps_replies_of_their_own_beside_those_of_the_team() {
    let server = TestServer::start().await;
    let put = async |who, id: Uuid, change: Value| {
        let path = format!("/v1/saved-replies/{id}");
        server.call(who, "PUT", &path, Some(change)).await
    };
    let change = |folder: Value, personal: bool| json!({"shortcut": "hello", "title": "T", "body": "B", "folder": folder, "personal": personal});
    let (shared, own) = (Uuid::now_v7(), Uuid::now_v7());
    let saved = put(katherine(), shared, change(json!(" Greetings "), false)).await;
    let saved = saved.expect(200);
    assert_eq!(
        (&saved["folder"], &saved["owner"]),
        (&json!("Greetings"), &Value::Null)
    );
    let saved = put(grace(), own, change(Value::Null, true))
        .await
        .expect(200);
    assert_eq!(
        (&saved["folder"], &saved["owner"]),
        (&Value::Null, &json!(grace().id.to_string()))
    );
    let owners = async |who| {
        let page = server.get(who, "/v1/saved-replies").await.expect(200);
        let replies = page.as_array().unwrap().iter();
        replies
            .map(|reply| reply["owner"].clone())
            .collect::<Vec<_>>()
    };
    let mine = json!(grace().id.to_string());
    assert_eq!(owners(grace()).await, [Value::Null, mine]);
    assert_eq!(owners(katherine()).await, [Value::Null]);

    // Only an admin may change a shared reply, and only its owner may change a personal reply.
    let refused = put(grace(), Uuid::now_v7(), change(Value::Null, false)).await;
    assert_eq!(refused.refused(403), "forbidden");
    let refused = put(ada(), Uuid::now_v7(), change(Value::Null, true)).await;
    assert_eq!(refused.refused(403), "forbidden");
    for personal in [true, false] {
        let refused = put(katherine(), own, change(Value::Null, personal)).await;
        assert_eq!(refused.refused(409), "conflict");
    }
    // A client that does not know personal replies omits the field `personal`. The omission must
    // never turn a personal reply into a shared one.
    let before = json!({"shortcut": "hello2", "title": "T", "body": "B"});
    let refused = put(katherine(), shared, change(Value::Null, true)).await;
    assert_eq!(refused.refused(409), "conflict");
    put(katherine(), shared, before).await.expect(200);
    let path = format!("/v1/saved-replies/{own}");
    let refused = server.call(katherine(), "DELETE", &path, None).await;
    assert_eq!(refused.refused(404), "not_found");
    let others = format!("/v1/saved-replies/{shared}");
    let refused = server.call(grace(), "DELETE", &others, None).await;
    assert_eq!(refused.refused(403), "forbidden");
    server
        .call(grace(), "DELETE", &path, None)
        .await
        .expect(204);

    let long = "f".repeat(limits::REPLY_FOLDER_CHARS_MAX + 1);
    for folder in [&*long, "two\nlines"] {
        let refused = put(grace(), own, change(json!(folder), true)).await;
        assert_eq!(refused.refused(422), "invalid_field");
        let title = refused.json()["title"].to_string();
        assert!(title.starts_with("\"folder: "), "{title}");
    }
}
