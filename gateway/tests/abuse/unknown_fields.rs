//! The server must refuse fields that it does not know. If it ignored a misspelled `internal` flag,
//! an internal note would become public. Every input is tried with an additional field, then with
//! each field misspelled, then with each field `null`. Nothing from these inputs may be stored or
//! published.

use std::time::Duration;

use helpline_core::ids::TicketId;
use helpline_core::protocol::ClientFrame;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::client::{Client, connect};
use crate::raw::{self, Answer};
use crate::test_server::{Join, Person, TestServer, eventually};

/// Sends a REST request with its own `Idempotency-Key`.
async fn rest(
    server: &TestServer,
    person: &Person,
    method: &str,
    path: &str,
    body: &str,
) -> Answer {
    let (bearer, key) = (
        format!("Bearer {}", person.token),
        Uuid::new_v4().to_string(),
    );
    let headers = [
        ("Authorization", bearer.as_str()),
        ("Idempotency-Key", key.as_str()),
    ];
    raw::request(
        server.gateways[0].port(),
        method,
        path,
        &headers,
        Some(body),
    )
    .await
}

/// Reads frames until the sentinel message arrives. The sentinel was sent after all inputs under
/// test, so the effects of those inputs have arrived before it.
async fn until_sentinel(client: &mut Client, ticket: TicketId, sentinel: &str) {
    client
        .expect("the sentinel", |frame| {
            frame["type"] == "event"
                && frame["ticket"] == json!(ticket)
                && frame["message"]["body"] == sentinel
        })
        .await;
}

/// Ways to write a note's flag, with the expected result over the socket and over REST: a note, or
/// a reject code. The flag is JSON text, because a field name may occur twice in it.
const FLAGS: [(&str, &str, &str); 12] = [
    (r#""internal":true"#, "note", "note"),
    (r#""is_internal":true"#, "unknown_field", "unknown_field"),
    (
        r#""internal":true,"is_internal":true"#,
        "unknown_field",
        "unknown_field",
    ),
    (
        r#""internal":true,"is_internal":false"#,
        "unknown_field",
        "unknown_field",
    ),
    (
        r#""internal":false,"is_internal":true"#,
        "unknown_field",
        "unknown_field",
    ),
    (
        r#""internal":true,"internal":false"#,
        "malformed",
        "invalid_field",
    ),
    (r#""Internal":true"#, "unknown_field", "unknown_field"),
    (r#""isInternal":true"#, "unknown_field", "unknown_field"),
    (r#""note":true"#, "unknown_field", "unknown_field"),
    (r#""internal":null"#, "invalid_field", "invalid_field"),
    (r#""internal":"true""#, "malformed", "invalid_field"),
    (r#""internal":1"#, "malformed", "invalid_field"),
];
/// The result of sending a message: a stored note, or the reject code of `answer`.
fn outcome(taken: bool, answer: &Value) -> &str {
    if taken {
        "note"
    } else {
        answer["code"].as_str().unwrap()
    }
}

/// Counts the public messages with this text on the ticket, and all of the ticket's notes.
async fn public_and_notes(server: &TestServer, ticket: TicketId, text: &str) -> (i64, i64) {
    let counts = "select count(*) filter (where not is_internal and body like $2), count(*) filter (where is_internal)
        from support_messages where ticket_id = $1";
    let row = server
        .sql()
        .await
        .query_one(counts, &[&ticket.uuid(), &format!("{text}%")])
        .await
        .unwrap();
    (row.get(0), row.get(1))
}

#[tokio::test]
async fn a_note_is_a_note_or_refused_whatever_its_flag_is_called() {
    let server = TestServer::start(1, Join::Alone).await;
    let (ada, ben) = (
        server.customer("Ada Lovelace"),
        server.staff("Ben Okafor", "support_agent").await,
    );
    let ticket = server.ticket(&ada).await;
    let canary = format!("canary-{}", Uuid::new_v4().simple());
    let mut watching = server.client(0, &ada).await;
    watching.subscribe(ticket, None).await;
    let mut agent = server.client(0, &ben).await;
    let path = format!("/v1/tickets/{ticket}/messages");

    for (n, (flag, by_socket, by_rest)) in FLAGS.iter().enumerate() {
        let id = 1_000 + n as u64;
        let text = format!(r#""body":"{canary} {n}",{flag}"#);
        let frame = format!(r#""type":"send","id":{id},"ticket":"{ticket}","key":"s{n}",{text}"#);
        assert!(agent.say_raw(format!("{{{frame}}}")).await);
        let answer = agent.answer(id).await;
        assert_eq!(
            outcome(answer["type"] == "ack", &answer),
            *by_socket,
            "socket, {flag}: {answer}"
        );

        let answer = rest(&server, &ben, "POST", &path, &format!("{{{text}}}")).await;
        let problem: Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(
            outcome(answer.status == 201, &problem),
            *by_rest,
            "REST, {flag}: {}",
            answer.body
        );
    }
    // Send the flag in the query string, which this route does not read.
    let answer = rest(
        &server,
        &ben,
        "POST",
        &format!("{path}?internal=true"),
        &format!(r#"{{"body":"{canary} in the address"}}"#),
    )
    .await;
    assert!(
        answer.status == 422 && answer.body.contains("unknown_field"),
        "{}",
        answer.body
    );

    agent.send(ticket, "sentinel", "The last word").await;
    until_sentinel(&mut watching, ticket, "The last word").await;
    watching.drain(Duration::from_millis(200)).await;
    for text in &watching.transcript {
        assert!(
            !text.contains(&canary),
            "the customer received a note: {text}"
        );
    }
    assert_eq!(
        public_and_notes(&server, ticket, &canary).await,
        (0, 2),
        "an accepted message is not a note"
    );
}

/// The upload that the sample of `send` names.
const ATTACHED: Uuid = Uuid::from_u128(0x0199_0000_0000_7000_8000_0000_0000_f001);

/// A valid frame of this type with all of its fields.
fn sample(kind: &str, ticket: TicketId, token: &str) -> Value {
    let attachment = ATTACHED;
    let filter = json!({
        "status": ["open"], "category": ["billing"], "priority": ["high"], "assigned_to": Uuid::new_v4(), "unassigned": true,
    });
    let fields = match kind {
        "hello" | "token" => json!({ "id": 0, "token": token }),
        "subscribe" => json!({ "id": 0, "ticket": ticket, "after": 0, "epoch": "another" }),
        "unsubscribe" => json!({ "id": 0, "ticket": Uuid::new_v4() }),
        "send" => json!({
            "id": 0, "ticket": ticket, "key": Uuid::new_v4(), "body": "of no author", "internal": true, "attachments": [attachment], "based_on": 1000,
        }),
        "typing" => json!({ "ticket": ticket, "on": true, "internal": true }),
        "read" => json!({ "ticket": ticket, "seq": 2 }),
        "inbox" => json!({ "id": 0, "on": true, "filter": filter }),
        "pong" => json!({}),
        unknown => {
            panic!("{unknown:?} has no sample: add one with all of its fields")
        }
    };
    let mut names: Vec<&str> = fields
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    let mut known = ClientFrame::fields(kind).to_vec();
    names.sort_unstable();
    known.sort_unstable();
    assert_eq!(names, known, "{kind}: the sample has every field");
    let mut frame = fields;
    frame["type"] = json!(kind);
    frame
}

/// A frame that must be refused. It is JSON text, because a field name may occur twice in it.
struct Wrong {
    text: String,
    code: &'static str,
    field: String,
    /// Whether the frame's `id` can be read, so that the refusal repeats it.
    has_id: bool,
}

/// Returns invalid variants of the frame. In each of its objects, a field is added, and each field
/// is misspelled, `null`, of another type, or duplicated.
fn wrongs(frame: &Value) -> Vec<Wrong> {
    let mut found = Vec::new();
    let mut objects = vec![(String::new(), String::new())];
    while let Some((path, pointer)) = objects.pop() {
        let fields = frame
            .pointer(&pointer)
            .unwrap()
            .as_object()
            .unwrap()
            .clone();
        let at = |name: &str| {
            if path.is_empty() {
                name.to_owned()
            } else {
                format!("{path}.{name}")
            }
        };
        let mut wrong = |code, name: &str, change: &dyn Fn(&mut Map<String, Value>)| {
            let mut frame = frame.clone();
            change(
                frame
                    .pointer_mut(&pointer)
                    .unwrap()
                    .as_object_mut()
                    .unwrap(),
            );
            // A JSON map cannot contain a field name twice, so rename the second field in the text.
            let text = frame
                .to_string()
                .replace("\"zz-twice\":", &format!("\"{name}\":"));
            let has_id = text.contains("\"id\":0") && !at(name).trim_end_matches('_').eq("id");
            found.push(Wrong {
                text,
                code,
                field: at(name),
                has_id,
            });
        };
        wrong("unknown_field", "zz", &|fields| {
            drop(fields.insert("zz".into(), json!(true)))
        });
        for (name, value) in fields.iter().filter(|(name, _)| *name != "type") {
            let misspelled = format!("{name}_");
            wrong("unknown_field", &misspelled, &|fields| {
                fields.remove(name);
                fields.insert(misspelled.clone(), value.clone());
            });
            wrong("invalid_field", name, &|fields| {
                drop(fields.insert(name.clone(), Value::Null))
            });
            wrong("malformed", name, &|fields| {
                drop(fields.insert(name.clone(), json!(-1.5)))
            });
            wrong("malformed", name, &|fields| {
                drop(fields.insert("zz-twice".into(), value.clone()))
            });
            match value {
                Value::Object(_) => objects.push((at(name), format!("{pointer}/{name}"))),
                Value::Array(items) if items.first().is_some_and(Value::is_object) => {
                    objects.push((format!("{}[0]", at(name)), format!("{pointer}/{name}/0")));
                }
                _ => {}
            }
        }
    }
    found
}

/// Sends the frame's text with this `id`.
async fn say_under(client: &mut Client, text: &str, id: u64) {
    let text = text.replacen("\"id\":0", &format!("\"id\":{id}"), 1);
    assert!(client.say_raw(text).await);
}

/// Asserts that the frame was refused with the expected code and field, and with the frame's `id`
/// if that can be read.
fn check(wrong: &Wrong, id: u64, answer: &Value) {
    let case = &wrong.text;
    assert_eq!(answer["code"], wrong.code, "{case}: {answer}");
    assert!(
        answer["message"]
            .as_str()
            .unwrap()
            .starts_with(&format!("{}: ", wrong.field)),
        "{case}: {answer}"
    );
    assert_eq!(
        answer["id"].as_u64(),
        wrong.has_id.then_some(id),
        "{case}: {answer}"
    );
}

#[tokio::test]
async fn every_field_of_every_frame_is_known_given_once_and_no_null() {
    let server = TestServer::start(1, Join::Alone).await;
    let (ada, ben) = (
        server.customer("Ada Lovelace"),
        server.staff("Ben Okafor", "support_agent").await,
    );
    let ticket = server.ticket(&ada).await;
    let mut watching = server.client(0, &ada).await;
    watching.subscribe(ticket, None).await;
    let mut agent = server.client(0, &ben).await;
    agent.subscribe(ticket, None).await;
    let sql = server.sql().await;
    let refused = "select count(*) from access_log where user_id = $1 and refused in ('unknown_field', 'invalid_field', 'malformed')";
    let mut tried = 0;
    for kind in ClientFrame::TYPES.iter().filter(|kind| **kind != "hello") {
        for wrong in wrongs(&sample(kind, ticket, &ben.token)) {
            let id = 10_000 + tried;
            say_under(&mut agent, &wrong.text, id).await;
            let answer = agent
                .expect("a refusal", |frame| {
                    frame["type"] == "error" && frame["id"].as_u64().is_none_or(|of| of == id)
                })
                .await;
            check(&wrong, id, &answer);
            tried += 1;
        }
    }
    assert!(tried > 120, "the matrix has shrunk to {tried} cases");
    eventually(
        "a row for each refusal",
        Duration::from_secs(10),
        async || {
            let rows: i64 = sql
                .query_one(refused, &[&ben.id.uuid()])
                .await
                .unwrap()
                .get(0);
            (rows == tried as i64).then_some(())
        },
    )
    .await;
    // The connection must still be open. No other client may have received anything from the
    // refused frames, not even a read position, which the server would send within half a second.
    assert_eq!(
        agent.send(ticket, "sentinel", "The last word").await["type"],
        "ack"
    );
    until_sentinel(&mut watching, ticket, "The last word").await;
    watching.drain(Duration::from_millis(900)).await;
    for text in &watching.transcript[2..] {
        let frame: Value = serde_json::from_str(text).unwrap();
        let own = frame["message"]["body"] == "The last word"
            || frame["kind"] == "status_changed"
            || frame["type"] == "ping";
        assert!(own, "published: {text}");
    }
    let messages = "select count(*) from support_messages where ticket_id = $1";
    let messages: i64 = sql
        .query_one(messages, &[&ticket.uuid()])
        .await
        .unwrap()
        .get(0);
    assert_eq!(
        messages, 2,
        "only the first and the last message are stored"
    );
    let file = format!(
        "insert into uploads (id, owner_id, ticket_id, is_internal, key, name, size_bytes, state, blob_key, created_at, expires_at)
         values ('{ATTACHED}', '{}', '{ticket}', true, 'k', 'a.txt', 1, 'stored', 'files/a', now(), now() + interval '1 day')",
        ben.id
    );
    sql.batch_execute(&file).await.unwrap();
    // Each valid sample frame must be accepted. This proves that the frames above were refused only
    // because of their invalid fields.
    for (n, kind) in ClientFrame::TYPES
        .iter()
        .filter(|kind| **kind != "hello")
        .enumerate()
    {
        let frame = sample(kind, ticket, &ben.token);
        let id = 90_000 + n as u64;
        say_under(&mut agent, &frame.to_string(), id).await;
        if frame.get("id").is_some() {
            let answer = agent.answer(id).await;
            assert_ne!(answer["type"], "error", "{frame}: {answer}");
        }
    }
    agent
        .ask(json!({ "type": "unsubscribe", "ticket": Uuid::nil() }))
        .await;
    assert!(
        agent
            .drain(Duration::from_millis(50))
            .await
            .iter()
            .all(|frame| frame["type"] != "error")
    );
}

#[tokio::test]
async fn a_hello_that_another_build_may_understand_is_sent_there_and_others_stay_away() {
    let server = TestServer::start(1, Join::Alone).await;
    let ada = server.customer("Ada Lovelace");
    let mut tried = 0;
    for wrong in wrongs(&sample("hello", TicketId::new(Uuid::nil()), &ada.token)) {
        let mut client = connect(&server.gateways[0].ws_url(), None).await.unwrap();
        say_under(&mut client, &wrong.text, 7).await;
        let answer = client
            .expect("a refusal", |frame| frame["type"] == "error")
            .await;
        check(&wrong, 7, &answer);
        // After close code 1012, a client reconnects, to any instance. After close code 4500, a
        // client does not reconnect until it is updated.
        let close = if wrong.code == "unknown_field" {
            1012
        } else {
            4500
        };
        assert_eq!(client.closed().await, Some(close), "{}", wrong.text);
        tried += 1;
    }
    assert!(tried >= 9, "{tried}");
    let rows =
        "select count(*) from access_log where action = 'sign_in_refused' and user_id is null";
    let rows: i64 = server
        .sql()
        .await
        .query_one(rows, &[])
        .await
        .unwrap()
        .get(0);
    assert_eq!(rows, tried);
}

#[tokio::test]
async fn a_server_names_its_features_to_everybody_at_once() {
    let server = TestServer::start(1, Join::Alone).await;
    let ada = server.customer("Ada Lovelace");
    let mut client = connect(&server.gateways[0].ws_url(), None).await.unwrap();
    let welcome = client
        .ask(json!({ "type": "hello", "token": ada.token }))
        .await;
    let config = raw::request(server.gateways[0].port(), "GET", "/v1/config", &[], None).await;
    let config: Value = serde_json::from_str(&config.body).unwrap();
    assert_eq!(
        welcome["features"],
        json!([
            "strict_fields",
            "rest_send_names",
            "needs_answer",
            "own_unread",
            "reply_assigns",
            "inbox_presence",
            "if_assigned_to",
            "access_log",
            "holidays",
            "reply_folders",
            "widget_settings",
            "derived_subject",
            "system",
            "block_people",
            "retention",
            "jobs",
            "erasures"
        ])
    );
    assert_eq!(config["features"], welcome["features"]);
}
