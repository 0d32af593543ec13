//! Downloads: links that name one person and end soon, headers, and harmless names.

use serde_json::json;

use crate::desk::{Desk, PATIENCE, png};
use crate::kit::test_server::eventually;

/// Whatever a file is and is called, it is downloaded.
#[tokio::test]
async fn every_file_is_an_attachment_whatever_it_is_and_is_called() {
    let desk = Desk::start().await;
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>".to_vec();
    let html = b"<!doctype html><script>alert(1)</script>".to_vec();
    let unknown = "application/octet-stream";
    for (name, declared, bytes, content_type, plain, coded) in [
        (
            "a.svg",
            "image/svg+xml",
            svg.clone(),
            "text/plain",
            "a.svg",
            "a.svg",
        ),
        ("a.png", "image/png", svg, "text/plain", "a.png", "a.png"),
        (
            "a.html",
            "text/html",
            html.clone(),
            "text/plain",
            "a.html",
            "a.html",
        ),
        ("b.html", "", html, "text/plain", "b.html", "b.html"),
        (
            "x.exe",
            "image/png",
            b"MZ\x90\0\x03\0\0\0".to_vec(),
            unknown,
            "x.exe",
            "x.exe",
        ),
        (
            "한글.pdf",
            "application/pdf",
            b"%PDF-1.7\n".to_vec(),
            "application/pdf",
            "__.pdf",
            "%ED%95%9C%EA%B8%80.pdf",
        ),
        (
            "要求.txt",
            "text/plain",
            b"1".to_vec(),
            "text/plain",
            "__.txt",
            "%E8%A6%81%E6%B1%82.txt",
        ),
        (
            "a\"b.pdf",
            "",
            b"2".to_vec(),
            "text/plain",
            "a_b.pdf",
            "a_b.pdf",
        ),
        (
            "a\r\nx-evil: 1.txt",
            "",
            b"3".to_vec(),
            "text/plain",
            "ax-evil_ 1.txt",
            "ax-evil_%201.txt",
        ),
    ] {
        let body = json!({"key": uuid::Uuid::new_v4(), "name": name, "size_bytes": bytes.len(), "content_type": declared, "ticket": desk.ticket});
        let id = desk.reserve_as(&desk.ada, body).await;
        desk.put(&desk.ada, &id, &bytes).await.expect(200);
        desk.send(&desk.ada, "see", &[&id]).await.expect(201);
        desk.until(&id, "not_scanned").await;
        let opened = desk.open(&desk.url_of(&desk.ada, &id).await).await;
        assert_eq!((opened.status, &opened.bytes), (200, &bytes), "{name:?}");
        for (header, value) in [
            ("content-type", content_type.to_owned()),
            (
                "content-disposition",
                format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{coded}"),
            ),
            ("x-content-type-options", "nosniff".to_owned()),
            (
                "content-security-policy",
                "default-src 'none'; sandbox; frame-ancestors 'none'".to_owned(),
            ),
            ("cross-origin-resource-policy", "same-origin".to_owned()),
            ("cache-control", "private, no-store".to_owned()),
            ("referrer-policy", "no-referrer".to_owned()),
            ("content-length", bytes.len().to_string()),
        ] {
            assert_eq!(
                opened.header(header),
                Some(value.as_str()),
                "{name:?} {header}"
            );
        }
        assert!(opened.headers.get("x-evil").is_none());
    }
}

/// Late, by another person, after a redaction.
#[tokio::test]
async fn a_link_asks_the_messages_rule_again() {
    let desk = Desk::start().await;
    let id = desk.upload(&desk.ada, "a.txt", b"one").await;
    // Before a message names it, it has no link, even for its owner.
    assert_eq!(desk.link(&desk.ada, &id).await.refused(404), "not_found");
    desk.send(&desk.ada, "see", &[&id]).await.expect(201);
    desk.until(&id, "not_scanned").await;
    assert_eq!(desk.link(&desk.carl, &id).await.refused(404), "not_found");
    let (adas, graces) = (
        desk.url_of(&desk.ada, &id).await,
        desk.url_of(&desk.grace, &id).await,
    );
    assert_eq!(desk.open(&adas).await.expect_text(200), "one");
    assert_eq!(desk.open(&graces).await.expect_text(200), "one");
    // A link for another file, a changed one, and none.
    let other = desk.upload(&desk.ada, "b.txt", b"two").await;
    let swapped = adas.replace(&id, &other);
    assert_eq!(desk.open(&swapped).await.refused(403), "link_invalid");
    let changed = format!("{}x", &adas[..adas.len() - 1]);
    assert_eq!(desk.open(&changed).await.refused(403), "link_invalid");
    assert_eq!(desk.open(&format!("/files/{id}")).await.status, 422);
    // A member of staff who is none any longer, and a person who is blocked.
    let sql = desk.server.sql().await;
    sql.execute(
        "delete from helpline.user_roles where user_id = $1",
        &[&desk.grace.id.uuid()],
    )
    .await
    .unwrap();
    assert_eq!(desk.open(&graces).await.refused(404), "not_found");
    sql.execute(
        "update helpline.people set blocked_at = now() where id = $1",
        &[&desk.ada.id.uuid()],
    )
    .await
    .unwrap();
    assert_eq!(desk.open(&adas).await.refused(404), "not_found");
    sql.execute("update helpline.people set blocked_at = null", &[])
        .await
        .unwrap();
    assert_eq!(desk.open(&adas).await.expect_text(200), "one");
    sql.execute(
        "select helpline.support_redact_message(ticket_id, id) from helpline.support_messages where attachments <> '[]'",
        &[],
    )
    .await
    .unwrap();
    assert_eq!(desk.open(&adas).await.refused(404), "not_found");
    assert_eq!(desk.link(&desk.ada, &id).await.refused(404), "not_found");
}

#[tokio::test]
async fn a_picture_has_a_preview_and_its_dimensions() {
    let desk = Desk::start().await;
    let id = desk.upload(&desk.ada, "screen.png", &png()).await;
    desk.send(&desk.ada, "", &[&id]).await.expect(201);
    let file = desk.until(&id, "not_scanned").await;
    assert_eq!(
        (&file["width"], &file["height"], &file["preview"]),
        (&json!(3), &json!(2), &json!(true))
    );
    assert_eq!(file["sender"], "Ada Lovelace");
    let path = format!("/v1/attachments/{id}/preview");
    let preview = desk.get(&desk.ada, &path).await;
    assert_eq!(preview.status, 200);
    assert!(
        preview
            .header("content-type")
            .unwrap()
            .starts_with("image/")
    );
    assert_eq!(desk.get(&desk.carl, &path).await.refused(404), "not_found");
    let text = desk.upload(&desk.ada, "a.txt", b"text").await;
    desk.send(&desk.ada, "", &[&text]).await.expect(201);
    desk.until(&text, "not_scanned").await;
    let path = format!("/v1/attachments/{text}/preview");
    assert_eq!(desk.get(&desk.ada, &path).await.refused(404), "not_found");
}

#[tokio::test]
async fn with_an_origin_of_their_own_files_are_there_and_nowhere_else() {
    let desk = Desk::start_with(1, |spec| {
        spec.env("HELPLINE_FILES_ORIGIN", "https://files.example")
    })
    .await;
    let id = desk.upload(&desk.ada, "a.txt", b"one").await;
    desk.send(&desk.ada, "see", &[&id]).await.expect(201);
    desk.until(&id, "not_scanned").await;
    let url = desk.url_of(&desk.ada, &id).await;
    let path = url.strip_prefix("https://files.example").unwrap();
    assert_eq!(desk.open(path).await.refused(404), "not_found");
    let there = async |path: &str| {
        let request = axum::http::Request::get(desk.url(path))
            .header("host", "files.example")
            .body(Vec::new())
            .unwrap();
        crate::kit::rest::RestClient::default().send(request).await
    };
    assert_eq!(there(path).await.expect_text(200), "one");
    there("/healthz").await.expect_text(200);
    // A file at that origin must not be able to use the pages or the API.
    for path in [
        "/",
        "/support",
        "/v1/nothing",
        "/v1/ws",
        "/openapi.json",
        "/filesystem",
    ] {
        assert_eq!(there(path).await.refused(404), "not_found", "{path}");
    }
}

#[tokio::test]
async fn a_file_that_the_store_does_not_have_is_there_again_when_the_store_is() {
    let desk = Desk::start().await;
    let id = desk.upload(&desk.ada, "a.txt", b"one").await;
    desk.send(&desk.ada, "see", &[&id]).await.expect(201);
    desk.until(&id, "not_scanned").await;
    let url = desk.url_of(&desk.ada, &id).await;
    // As a disk that is not mounted.
    let (there, away) = (desk.files.join("files"), desk.files.join("away"));
    std::fs::rename(&there, &away).unwrap();
    assert_eq!(desk.open(&url).await.refused(410), "attachment_gone");
    // A file that is checked meanwhile waits, and bytes that are to be deleted are not taken for deleted.
    let sql = desk.server.sql().await;
    sql.execute(
        "insert into helpline.blob_removals (blob_key, since, due_at, upload_id, sha256)
         select blob_key, now(), now(), gen_random_uuid(), sha256 from helpline.uploads where id = $1",
        &[&id.parse::<uuid::Uuid>().unwrap()],
    )
    .await
    .unwrap();
    eventually("it was looked for", PATIENCE, async || {
        let attempts: i32 = sql
            .query_one("select attempts from helpline.blob_removals", &[])
            .await
            .unwrap()
            .get(0);
        (attempts > 0).then_some(())
    })
    .await;
    sql.execute("delete from helpline.blob_removals", &[])
        .await
        .unwrap();
    std::fs::rename(&away, &there).unwrap();
    let url = desk.url_of(&desk.ada, &id).await;
    assert_eq!(desk.open(&url).await.expect_text(200), "one");
}

/// A disk that is not mounted leaves an empty directory.
#[tokio::test]
async fn an_empty_directory_in_place_of_the_store_takes_no_file_and_loses_none() {
    let desk = Desk::start().await;
    let sent = desk.upload(&desk.ada, "a.txt", b"one").await;
    desk.send(&desk.ada, "see", &[&sent]).await.expect(201);
    desk.until(&sent, "not_scanned").await;
    let given_up = desk.upload(&desk.ada, "b.txt", b"two").await;
    let away = desk.files.with_extension("away");
    std::fs::rename(&desk.files, &away).unwrap();
    std::fs::create_dir(&desk.files).unwrap();
    let next = desk.reserve(&desk.ada, "c.txt", 5).await;
    let refused = desk.put(&desk.ada, &next, b"three").await;
    assert_eq!(refused.refused(503), "unavailable");
    let url = desk.url_of(&desk.ada, &sent).await;
    assert_eq!(desk.open(&url).await.refused(503), "unavailable");
    let path = format!("/v1/uploads/{given_up}");
    desk.server
        .rest_without_body(0, &desk.ada, "DELETE", &path)
        .await
        .expect(204);
    let sql = desk.server.sql().await;
    let attempts = "select coalesce(max(attempts), 0) from helpline.blob_removals where due_at > now() + interval '30 seconds'";
    eventually("the deletion was tried", PATIENCE, async || {
        let attempts: i32 = sql.query_one(attempts, &[]).await.unwrap().get(0);
        (attempts > 0).then_some(())
    })
    .await;
    std::fs::remove_dir_all(&desk.files).unwrap();
    std::fs::rename(&away, &desk.files).unwrap();
    let url = desk.url_of(&desk.ada, &sent).await;
    assert_eq!(desk.open(&url).await.expect_text(200), "one");
    desk.put(&desk.ada, &next, b"three").await.expect(200);
    sql.execute("update helpline.blob_removals set due_at = now()", &[])
        .await
        .unwrap();
    desk.until_gone(b"two").await;
}
