//! Tests the access log over REST: pages, filters and the exported file. Also checks what the pages
//! and the file must not contain, and that each read of the access log is recorded in it.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};

use crate::test_server::{Answer, TestServer, ada, carl, grace, katherine};

async fn entries(server: &TestServer, query: &str) -> Vec<Value> {
    let page = server
        .get(katherine(), &format!("/v1/access-log{query}"))
        .await
        .expect(200);
    page["entries"].as_array().unwrap().clone()
}

/// Parses the records of a CSV file, as RFC 4180 defines them.
fn records(text: &str) -> Vec<Vec<String>> {
    let (mut records, mut record, mut field) = (Vec::new(), Vec::new(), String::new());
    let (mut chars, mut is_quoted) = (text.chars().peekable(), false);
    while let Some(c) = chars.next() {
        match (c, is_quoted) {
            ('"', true) if chars.peek() == Some(&'"') => field.extend(chars.next()),
            ('"', _) => is_quoted = !is_quoted,
            (',', false) => record.push(std::mem::take(&mut field)),
            ('\r', false) => {
                assert_eq!(chars.next(), Some('\n'), "records end with CR LF");
                record.push(std::mem::take(&mut field));
                records.push(std::mem::take(&mut record));
            }
            (c, _) => field.push(c),
        }
    }
    assert!(
        field.is_empty() && record.is_empty(),
        "the last record has no line end"
    );
    records
}

/// Inserts this many old access log rows with this action.
async fn fill(server: &TestServer, rows: i32, action: &str) {
    let insert = "insert into access_log (user_id, action, detail, created_at)
                  select $1, $2, jsonb_build_object('n', n), timestamptz '2026-03-01 12:00Z' + n * interval '1 second' from generate_series(1, $3) n";
    let user = grace().id.uuid();
    let database = &server.database;
    database
        .execute(insert, &[&user, &action, &rows])
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_reads_who_did_what_when_from_where_and_on_which_ticket() {
    let server = TestServer::start().await;
    let ticket = server.ticket(ada()).await;
    let opened = server.get(grace(), &format!("/v1/tickets/{ticket}")).await;
    let number = opened.expect(200)["ticket_number"].clone();
    server
        .get(carl(), &format!("/v1/tickets/{ticket}"))
        .await
        .expect(404);
    let all = entries(&server, "").await;
    assert_eq!(
        all[0]["action"], "access_log_read",
        "the read's own row is missing"
    );
    let opened = all
        .iter()
        .find(|row| row["action"] == "ticket_opened")
        .unwrap();
    assert_eq!(
        opened["user"],
        json!({"id": grace().id, "name": "Grace Hopper", "email": "grace@helpline.example"})
    );
    assert_eq!(opened["ticket"], json!({"id": ticket, "number": number}));
    assert_eq!(
        (&opened["refused"], &opened["ip"]),
        (&Value::Null, &json!("127.0.0.1"))
    );
    let number = number.as_str().unwrap();
    for (query, actions) in [
        (
            format!("?ticket={ticket}"),
            vec!["ticket_open_refused", "ticket_opened"],
        ),
        (
            format!("?ticket={number}&refused=false"),
            vec!["ticket_opened"],
        ),
        (
            format!("?ticket={number}&user={}", carl().id),
            vec!["ticket_open_refused"],
        ),
        ("?ticket=TKT-999999".to_owned(), vec![]),
        (
            "?action=ticket_opened,ticket_open_refused&refused=true".to_owned(),
            vec!["ticket_open_refused"],
        ),
        ("?to=2026-01-01T00:00:00Z".to_owned(), vec![]),
        (
            format!("?user={}&from=2026-01-01T00:00:00%2B01:00", grace().id),
            vec!["ticket_opened"],
        ),
    ] {
        let found = entries(&server, &query).await;
        let found: Vec<_> = found
            .iter()
            .map(|row| row["action"].as_str().unwrap())
            .collect();
        assert_eq!(found, actions, "{query}");
    }
    let read = "select detail::text from access_log where action = 'access_log_read' and detail ? 'ticket' order by id limit 1";
    let read: String = server.database.query_one(read, &[]).await.unwrap().get(0);
    assert_eq!(read, format!("{{\"ticket\": \"{ticket}\"}}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_lead_to_every_row_once_and_bad_queries_are_refused_by_their_field() {
    let server = TestServer::start().await;
    fill(&server, 25, "long_ago").await;
    let (mut cursor, mut numbers) = (String::new(), Vec::new());
    loop {
        let path = format!("/v1/access-log?action=long_ago&limit=10{cursor}");
        let page = server.get(katherine(), &path).await.expect(200);
        let entries = page["entries"].as_array().unwrap();
        numbers.extend(
            entries
                .iter()
                .map(|row| row["detail"]["n"].as_i64().unwrap()),
        );
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
        assert_eq!(entries.len(), 10);
    }
    assert_eq!(numbers, (1..=25).rev().collect::<Vec<_>>());
    for (query, field) in [
        ("limit=101", "limit"),
        ("limit=0", "limit"),
        ("action=A", "action"),
        ("user=me", "user"),
        ("ticket=", "ticket"),
        ("refused=yes", "refused"),
        ("from=yesterday", "from"),
        ("from=2026-03-02T00:00:00Z&to=2026-03-01T00:00:00Z", "to"),
        ("cursor=01", "cursor"),
        ("page=2", "page"),
        ("user=&user=", "user"),
    ] {
        let refused = server
            .get(katherine(), &format!("/v1/access-log?{query}"))
            .await;
        let title = refused.expect(422)["title"].as_str().unwrap().to_owned();
        assert!(title.starts_with(&format!("{field}: ")), "{query}: {title}");
    }
    let too_many = server
        .get(katherine(), "/v1/access-log/export?limit=100001")
        .await;
    too_many.expect(422);
}

fn file(answer: &Answer) -> Vec<Vec<String>> {
    assert_eq!(answer.status, 200, "{}", answer.text());
    let kind = answer.header("content-type").unwrap();
    assert!(
        kind.starts_with("text/csv") && kind.contains("utf-8"),
        "{kind}"
    );
    let name = answer.header("content-disposition").unwrap();
    assert!(
        name.starts_with("attachment; filename=\"access-log-20") && name.ends_with(".csv\""),
        "{name}"
    );
    let records = records(&answer.text());
    assert_eq!(
        records[0],
        [
            "id",
            "at",
            "user_id",
            "user_name",
            "user_email",
            "action",
            "ticket_id",
            "ticket_number",
            "refused",
            "ip",
            "user_agent",
            "detail"
        ]
    );
    assert!(
        records.iter().all(|record| record.len() == 12),
        "{records:?}"
    );
    records[1..].to_vec()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_file_has_every_row_of_its_filters_and_nothing_that_a_spreadsheet_computes() {
    let server = TestServer::start().await;
    fill(&server, 1_030, "long_ago").await;
    let export = "/v1/access-log/export?action=long_ago";
    let rows = file(&server.get(katherine(), export).await);
    let numbers: Vec<_> = rows.iter().map(|row| row[11].clone()).collect();
    let all: Vec<_> = (1..=1_030)
        .rev()
        .map(|n| format!("{{\"n\":{n}}}"))
        .collect();
    assert_eq!(numbers, all);
    assert_eq!(
        (rows[0][1].as_str(), rows[0][3].as_str()),
        ("2026-03-01T12:17:10.000000Z", "Grace Hopper")
    );
    // A truncated export must say that it is truncated, and where to continue.
    let first = file(
        &server
            .get(katherine(), &format!("{export}&limit=1000"))
            .await,
    );
    let (cut, first) = first.split_last().unwrap();
    assert_eq!(
        (first.len(), cut[5].as_str(), cut[0].as_str()),
        (1_000, "export_cut", "")
    );
    let cursor = cut[11].split("cursor=").nth(1).unwrap();
    let second = file(
        &server
            .get(katherine(), &format!("{export}&cursor={cursor}"))
            .await,
    );
    assert_eq!([first, &second].concat(), rows);
    // Names and addresses that a spreadsheet would run as formulas must be escaped.
    let name = "update people set display_name = '=HYPERLINK(\"http://x\",\"y\")', email = '@sum' where id = $1";
    server
        .database
        .execute(name, &[&grace().id.uuid()])
        .await
        .unwrap();
    let agent = "insert into access_log (user_id, action, user_agent) values ($1, 'odd_one', E'+1\\r\\n,\"')";
    server
        .database
        .execute(agent, &[&grace().id.uuid()])
        .await
        .unwrap();
    let odd = server
        .get(katherine(), "/v1/access-log/export?action=odd_one")
        .await;
    let odd = file(&odd);
    assert_eq!(odd.len(), 1);
    assert_eq!(
        (odd[0][3].as_str(), odd[0][4].as_str(), odd[0][10].as_str()),
        ("'=HYPERLINK(\"http://x\",\"y\")", "'@sum", "'+1\r\n,\"")
    );
    let none = server
        .get(katherine(), "/v1/access-log/export?ticket=TKT-999999")
        .await;
    assert_eq!(file(&none), Vec::<Vec<String>>::new());
    let rows = server
        .access_rows(Some(katherine().id), "access_log_exported")
        .await;
    assert_eq!(rows.len(), 5, "each file leaves its row");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_reads_slowly_holds_no_connection_of_the_database() {
    let server = TestServer::start().await;
    fill(&server, 60_000, "long_ago").await;
    let wide = "insert into access_log (action, user_agent) select 'wide', repeat('w', 400) from generate_series(1, 40000)";
    server.database.execute(wide, &[]).await.unwrap();
    let address = server.url.trim_start_matches("http://").to_owned();
    let request = format!(
        "GET /v1/access-log/export HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {}\r\nconnection: close\r\n\r\n",
        server.token(katherine())
    );
    // Start the maximum number of concurrent exports, and read only the first bytes of each.
    let mut slow = Vec::new();
    for _ in 0..helpline_core::limits::ACCESS_LOG_EXPORTS_MAX {
        let mut stream = TcpStream::connect(&address).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut head = [0; 12];
        stream.read_exact(&mut head).unwrap();
        assert_eq!(&head, b"HTTP/1.1 200");
        slow.push(stream);
    }
    // No event reports that a database session is idle or that an export slot is free, so poll
    // until a deadline.
    let busy = "select count(*) from pg_stat_activity where datname = current_database() and application_name = 'helpline' and state <> 'idle'";
    let deadline = std::time::Instant::now() + Duration::from_secs(20);
    loop {
        let busy: i64 = server.database.query_one(busy, &[]).await.unwrap().get(0);
        if busy == 0 {
            break;
        }
        assert!(
            std::time::Instant::now() < deadline,
            "{busy} sessions are still busy"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let refused = server.get(katherine(), "/v1/access-log/export").await;
    assert_eq!(refused.refused(503), "overloaded");
    server.get(katherine(), "/v1/access-log").await.expect(200);
    // A client that disconnects must free its export slot.
    drop(slow);
    loop {
        let one = server
            .get(katherine(), "/v1/access-log/export?limit=1")
            .await;
        if one.status == 200 {
            break;
        }
        assert!(
            std::time::Instant::now() < deadline,
            "no export slot was freed"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_under_way_ends_early_when_its_admin_is_none_any_more() {
    let server = TestServer::start().await;
    let wide = "insert into access_log (action, user_agent) select 'wide', repeat('w', 400) from generate_series(1, 60000)";
    server.database.execute(wide, &[]).await.unwrap();
    let address = server.url.trim_start_matches("http://").to_owned();
    let mut stream = TcpStream::connect(&address).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    let request = format!(
        "GET /v1/access-log/export HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {}\r\nconnection: close\r\n\r\n",
        server.token(katherine())
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut head = [0; 12];
    stream.read_exact(&mut head).unwrap();
    let revoked = "delete from user_roles where user_id = $1";
    server
        .database
        .execute(revoked, &[&katherine().id.uuid()])
        .await
        .unwrap();
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest);
    let text = String::from_utf8_lossy(&rest);
    let rows = text.matches(",wide,").count();
    assert!(
        rows < 60_000 && !text.ends_with("0\r\n\r\n"),
        "{rows} rows came"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_people_write_stands_in_no_entry() {
    let server = TestServer::start().await;
    let ticket = server
        .ticket_about(
            ada(),
            json!({"subject": "canary-subject", "description": "canary-body"}),
        )
        .await;
    let message = server.message(grace(), &ticket, "canary-answer").await;
    let note = json!({"body": "canary-note", "internal": true});
    let notes = format!("/v1/tickets/{ticket}/messages");
    server
        .call(grace(), "POST", &notes, Some(note.clone()))
        .await
        .expect(201);
    server
        .call(carl(), "POST", &notes, Some(note))
        .await
        .expect(404);
    let edited = json!({"body": "canary-edit"});
    let at = format!("{notes}/{message}");
    server
        .call(ada(), "PATCH", &at, Some(edited.clone()))
        .await
        .expect(403);
    server
        .call(grace(), "PATCH", &at, Some(edited))
        .await
        .expect(200);
    server.call(grace(), "DELETE", &at, None).await.expect(204);
    for path in ["", "/messages", "/activity"] {
        server
            .get(grace(), &format!("/v1/tickets/{ticket}{path}"))
            .await
            .expect(200);
    }
    let subject = format!("/v1/tickets/{ticket}/subject");
    server
        .call(grace(), "DELETE", &subject, None)
        .await
        .expect(403);
    server
        .call(katherine(), "DELETE", &subject, None)
        .await
        .expect(204);
    let rating = json!({"satisfaction_rating": 1, "satisfaction_comment": "canary-comment"});
    let rated = format!("/v1/tickets/{ticket}/rating");
    server
        .call(carl(), "PUT", &rated, Some(rating))
        .await
        .expect(404);
    let page = server.get(katherine(), "/v1/access-log?limit=100").await;
    let export = server.get(katherine(), "/v1/access-log/export").await;
    assert!(page.expect(200)["entries"].as_array().unwrap().len() >= 8);
    for answer in [page.text(), export.expect_text(200)] {
        assert!(!answer.contains("canary"), "{answer}");
    }
}
