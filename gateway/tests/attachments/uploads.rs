//! Uploads over real connections: lengths, cuts, two at once, killed instances.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use uuid::Uuid;

use crate::desk::{Desk, PATIENCE};
use crate::kit::rest::{RestClient, signed};
use crate::kit::test_server::{Join, Person, TestServer, eventually};

/// Opens a connection, and sends the head of a `PUT` of this upload.
async fn begin(desk: &Desk, person: &Person, id: &str, framing: &str) -> TcpStream {
    begin_at(&desk.server.gateways[0].http_url(), person, id, framing).await
}

async fn begin_at(url: &str, person: &Person, id: &str, framing: &str) -> TcpStream {
    let address = url.trim_start_matches("http://").to_owned();
    let mut stream = TcpStream::connect(&address).await.unwrap();
    let head = format!(
        "PUT /v1/uploads/{id} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {}\r\n{framing}\r\n\r\n",
        person.token
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream
}

/// The status and the problem of an answer.
async fn answer(stream: &mut TcpStream) -> (u16, Value) {
    let mut text = Vec::new();
    let reading = async {
        let mut buffer = [0; 4096];
        loop {
            let n = stream.read(&mut buffer).await.unwrap();
            text.extend_from_slice(&buffer[..n]);
            let so_far = String::from_utf8_lossy(&text).into_owned();
            if let Some((head, body)) = so_far.split_once("\r\n\r\n")
                && let Ok(body) = serde_json::from_str(body)
            {
                return (head[9..12].parse().unwrap(), body);
            }
            assert!(n > 0, "{so_far}");
        }
    };
    tokio::time::timeout(PATIENCE, reading).await.unwrap()
}

#[tokio::test]
async fn a_body_of_another_length_is_refused_and_leaves_nothing() {
    let desk = Desk::start().await;
    let id = desk.reserve(&desk.ada, "a.bin", 1_000).await;
    for (framing, status, code) in [
        ("transfer-encoding: chunked", 411, "length_required"),
        ("content-length: 2000", 413, "too_large"),
        ("content-length: 999", 400, "malformed"),
    ] {
        // The refusal comes before the body is read.
        let mut stream = begin(&desk, &desk.ada, &id, framing).await;
        let (got, problem) = answer(&mut stream).await;
        assert_eq!((got, problem["code"].as_str()), (status, Some(code)));
    }
    let wrong = signed(
        "PUT",
        &desk.url(&format!("/v1/uploads/{id}")),
        &desk.ada.token,
    )
    .header(
        "content-digest",
        "sha-256=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:",
    )
    .body(vec![7; 1_000])
    .unwrap();
    let refused = RestClient::default().send(wrong).await;
    assert_eq!(refused.refused(400), "digest_mismatch");
    desk.until_gone(&[7; 1_000]).await;
    desk.put(&desk.ada, &id, &[7; 1_000]).await.expect(200);
    // Once it is stored, another body changes nothing, and is refused if its digest is announced.
    let other = signed(
        "PUT",
        &desk.url(&format!("/v1/uploads/{id}")),
        &desk.ada.token,
    )
    .header(
        "content-digest",
        "sha-256=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:",
    )
    .body(vec![8; 1_000])
    .unwrap();
    let refused = RestClient::default().send(other).await;
    assert_eq!(refused.refused(400), "digest_mismatch");
    desk.put(&desk.ada, &id, &[8; 1_000]).await.expect(200);
    assert_eq!(desk.stored(), [vec![7; 1_000]]);
}

#[tokio::test]
async fn a_cut_upload_is_repeated_and_the_second_of_two_waits() {
    let desk = Desk::start().await;
    let bytes = vec![5; 400_000];
    let id = desk.reserve(&desk.ada, "a.bin", bytes.len()).await;
    let framing = format!("content-length: {}", bytes.len());
    let mut first = begin(&desk, &desk.ada, &id, &framing).await;
    first.write_all(&bytes[..396_000]).await.unwrap();
    eventually("the first one is being received", PATIENCE, async || {
        let text = desk.server.metrics(0).await;
        text.lines()
            .any(|line| line == "helpline_uploads_in_progress 1")
            .then_some(())
    })
    .await;
    let second = desk.put(&desk.ada, &id, &bytes).await;
    assert_eq!(second.refused(409), "upload_in_progress");
    assert_eq!(
        desk.get(&desk.ada, &format!("/v1/uploads/{id}"))
            .await
            .expect(200)["state"],
        "reserved"
    );
    let sent = desk.send(&desk.ada, "see", &[&id]).await;
    assert_eq!(sent.refused(422), "attachment_not_found", "not complete");
    drop(first);
    // The instance notices the end of the connection, and the same request succeeds.
    eventually("the repeated upload", PATIENCE, async || {
        let again = desk.put(&desk.ada, &id, &bytes).await;
        (again.status == 200).then_some(())
    })
    .await;
    desk.send(&desk.ada, "", &[&id]).await.expect(201);
    assert_eq!(desk.stored(), [bytes]);
}

#[tokio::test]
async fn an_instance_that_is_killed_leaves_an_upload_that_can_be_repeated_or_sent() {
    for (failpoint, state) in [("upload-received", "reserved"), ("upload-stored", "stored")] {
        let desk = Desk::start().await;
        let bytes = b"the bytes of a file that an instance had".to_vec();
        let id = desk.reserve(&desk.ada, "a.txt", bytes.len()).await;
        let place = desk.files.to_string_lossy().into_owned();
        let doomed = desk.server.another(|spec| {
            spec.env("HELPLINE_BLOBS_DIR", &place)
                .arg("--failpoint")
                .arg(failpoint)
        });
        let doomed = doomed.await;
        let framing = format!("content-length: {}", bytes.len());
        let mut stream = begin_at(&doomed.http_url(), &desk.ada, &id, &framing).await;
        stream.write_all(&bytes).await.unwrap();
        doomed.ends().await.unwrap();
        let upload = desk.get(&desk.ada, &format!("/v1/uploads/{id}")).await;
        assert_eq!(upload.expect(200)["state"], state, "{failpoint}");
        if state == "reserved" {
            desk.put(&desk.ada, &id, &bytes).await.expect(200);
        }
        desk.send(&desk.ada, "see", &[&id]).await.expect(201);
        desk.until(&id, "not_scanned").await;
        let opened = desk.open(&desk.url_of(&desk.ada, &id).await).await;
        assert_eq!(opened.expect_text(200).into_bytes(), bytes);
        // Bytes of which nothing was recorded are deleted when their time has come.
        let sql = desk.server.sql().await;
        sql.execute("update helpline.blob_removals set due_at = now()", &[])
            .await
            .unwrap();
        eventually("one file is left", PATIENCE, async || {
            (desk.stored() == [bytes.clone()]).then_some(())
        })
        .await;
    }
}

#[tokio::test]
async fn a_message_cannot_name_a_file_that_is_not_its_authors_for_it() {
    let desk = Desk::start().await;
    let other = desk.server.ticket(&desk.ada).await;
    let file = |n: u8| vec![n; 10];
    let body = json!({"key": "elsewhere", "name": "b", "size_bytes": 10, "ticket": other});
    let elsewhere = desk.reserve_as(&desk.ada, body).await;
    desk.put(&desk.ada, &elsewhere, &file(1)).await.expect(200);
    let agents = desk.upload(&desk.grace, "c", &file(2)).await;
    let of_note = desk.note_upload("d", &file(3)).await;
    let unknown = Uuid::now_v7().to_string();
    let mut answers = Vec::new();
    for bad in [&elsewhere, &agents, &of_note, &unknown] {
        let refused = desk.send(&desk.ada, "see", &[bad]).await;
        assert_eq!(refused.status, 422);
        answers.push(refused.bytes);
    }
    answers.dedup();
    assert_eq!(
        answers.len(),
        1,
        "one answer for all, so nothing is learned"
    );
    let refused = desk.send(&desk.grace, "see", &[&of_note]).await;
    assert_eq!(refused.refused(422), "attachment_not_found");
    let refused = desk.note("see", &[&agents]).await;
    assert_eq!(refused.refused(422), "attachment_not_found");
    // Over the socket, too.
    let mut socket = desk.server.client(0, &desk.ada).await;
    let error = socket
        .ask(json!({"type": "send", "ticket": desk.ticket, "key": "k", "body": "see", "attachments": [agents]}))
        .await;
    assert_eq!(error["code"], "attachment_not_found", "{error}");
    let own = desk.upload(&desk.ada, "e", &file(4)).await;
    let ack = socket
        .ask(json!({"type": "send", "ticket": desk.ticket, "key": "k2", "body": "", "attachments": [own]}))
        .await;
    assert_eq!(ack["type"], "ack", "{ack}");
    let again = desk.send(&desk.ada, "again", &[&own]).await;
    assert_eq!(again.refused(422), "attachment_not_found");
    // Of another's upload, nothing can be seen or changed.
    for (method, status) in [("GET", 404), ("DELETE", 404)] {
        let path = format!("/v1/uploads/{own}");
        let refused = desk
            .server
            .rest_without_body(0, &desk.carl, method, &path)
            .await;
        assert_eq!(refused.refused(status), "not_found");
    }
    let put = desk.put(&desk.carl, &own, &file(4)).await;
    assert_eq!(put.refused(404), "not_found");
}

#[tokio::test]
async fn limits_are_told_before_the_upload() {
    let desk = Desk::start_with(1, |spec| {
        spec.env("HELPLINE_UPLOAD_BYTES_MAX", "1000")
            .env("HELPLINE_UPLOAD_BYTES_PER_PERSON_DAY", "3000")
            .env("HELPLINE_UPLOAD_BYTES_PER_TICKET", "5000")
    })
    .await;
    let config = desk.get(&desk.ada, "/v1/config").await.expect(200);
    assert_eq!(config["attachment_bytes_max"], 1000);
    assert_eq!(config["attachments_max"], 10);
    let reserve = async |person: &Person, size: usize| {
        let body =
            json!({"key": Uuid::new_v4(), "name": "a", "size_bytes": size, "ticket": desk.ticket});
        desk.call(person, "POST", "/v1/uploads", body).await
    };
    assert_eq!(reserve(&desk.ada, 1001).await.refused(413), "too_large");
    assert_eq!(reserve(&desk.ada, 0).await.refused(422), "invalid_field");
    assert_eq!(reserve(&desk.carl, 10).await.refused(404), "not_found");
    for _ in 0..3 {
        reserve(&desk.ada, 1000).await.expect(201);
    }
    assert_eq!(reserve(&desk.ada, 1).await.refused(429), "quota_exceeded");
    for _ in 0..2 {
        reserve(&desk.grace, 1000).await.expect(201);
    }
    let refused = reserve(&desk.grace, 1).await;
    assert_eq!(refused.refused(429), "quota_exceeded", "of the ticket");
    let ids: Vec<_> = (0..11).map(|_| Uuid::now_v7().to_string()).collect();
    let ids: Vec<_> = ids.iter().map(String::as_str).collect();
    let eleven = desk.send(&desk.ada, "see", &ids).await;
    assert_eq!(eleven.refused(422), "invalid_field");
    assert!(
        eleven.text().contains("at most 10 files"),
        "{}",
        eleven.text()
    );
}

#[tokio::test]
async fn a_person_has_few_uploads_without_a_message_and_can_delete_them() {
    let desk = Desk::start().await;
    let mut ids = Vec::new();
    for _ in 0..20 {
        ids.push(desk.reserve(&desk.ada, "a", 1).await);
    }
    let body = json!({"key": "more", "name": "a", "size_bytes": 1, "ticket": desk.ticket});
    let refused = desk
        .call(&desk.ada, "POST", "/v1/uploads", body.clone())
        .await;
    assert_eq!(refused.refused(429), "too_many_uploads");
    desk.put(&desk.ada, &ids[0], b"x").await.expect(200);
    let path = format!("/v1/uploads/{}", ids[0]);
    let delete = async || {
        desk.server
            .rest_without_body(0, &desk.ada, "DELETE", &path)
            .await
    };
    delete().await.expect(204);
    assert_eq!(delete().await.refused(404), "not_found");
    desk.until_gone(b"x").await;
    desk.call(&desk.ada, "POST", "/v1/uploads", body.clone())
        .await
        .expect(201);
    desk.call(&desk.ada, "POST", "/v1/uploads", body.clone())
        .await
        .expect(200);
    let mut other = body;
    other["size_bytes"] = json!(2);
    let refused = desk.call(&desk.ada, "POST", "/v1/uploads", other).await;
    assert_eq!(refused.refused(409), "key_reused");
}

#[tokio::test]
async fn a_desk_without_a_store_names_no_feature_and_refuses_files() {
    let server = TestServer::start(1, Join::Alone).await;
    let ada = server.customer("Ada Lovelace");
    let config = server.rest_without_body(0, &ada, "GET", "/v1/config").await;
    let config = config.expect(200);
    let features = config["features"].as_array().unwrap();
    assert!(!features.contains(&json!("attachments")), "{features:?}");
    let body = json!({"key": "k", "name": "a", "size_bytes": 1});
    let refused = server.rest(0, &ada, "POST", "/v1/uploads", body).await;
    assert_eq!(refused.refused(404), "attachments_off");
}

#[tokio::test]
async fn an_upload_in_which_nothing_arrives_is_cut_off() {
    let desk = Desk::start().await;
    let id = desk.reserve(&desk.ada, "a.bin", 1_000).await;
    let mut stream = begin(&desk, &desk.ada, &id, "content-length: 1000").await;
    stream.write_all(&[1; 10]).await.unwrap();
    let started = std::time::Instant::now();
    let (status, problem) = answer(&mut stream).await;
    assert_eq!((status, problem["code"].as_str()), (400, Some("malformed")));
    assert!(
        started.elapsed() < Duration::from_secs(25),
        "{:?}",
        started.elapsed()
    );
}
