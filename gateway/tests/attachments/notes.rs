//! A note's file never reaches its customer, by any address or frame.

use serde_json::json;

use crate::desk::{Desk, png};

const CANARY: &str = "canary-4711";

#[tokio::test]
async fn a_notes_file_is_unreachable_for_its_customer_by_any_address() {
    let desk = Desk::start().await;
    let mut picture = png();
    picture.extend_from_slice(CANARY.as_bytes());
    let mut customer = desk.server.client(0, &desk.ada).await;
    customer.subscribe(desk.ticket, None).await;
    let mut agent = desk.server.client(0, &desk.grace).await;
    agent.subscribe(desk.ticket, None).await;
    let id = desk.note_upload(&format!("{CANARY}.png"), &picture).await;
    desk.note(CANARY, &[&id]).await.expect(201);
    desk.until(&id, "not_scanned").await;
    let graces = desk.url_of(&desk.grace, &id).await;
    assert_eq!(desk.open(&graces).await.bytes, picture);

    // Every address that was ever handed out, and every one that can be guessed.
    let mut bytes = Vec::new();
    let reads = [
        format!("/v1/uploads/{id}"),
        format!("/v1/attachments/{id}/preview"),
        format!("/v1/tickets/{}/attachments", desk.ticket),
        format!("/v1/tickets/{}/activity", desk.ticket),
        format!("/v1/tickets/{}/messages", desk.ticket),
        format!("/v1/tickets/{}", desk.ticket),
        "/v1/tickets".to_owned(),
        format!("/files/{id}"),
    ];
    for path in &reads {
        let answer = desk.get(&desk.ada, path).await;
        let is_own = path.starts_with("/v1/tickets");
        assert_eq!(answer.status == 200, is_own, "{path} {}", answer.text());
        bytes.push(answer.text());
    }
    let link = desk.link(&desk.ada, &id).await;
    assert_eq!(link.refused(404), "not_found");
    bytes.push(link.text());
    let named = desk.send(&desk.ada, "see", &[&id]).await;
    assert_eq!(named.refused(422), "attachment_not_found");
    bytes.push(named.text());
    // A member of staff is a customer on their own ticket, and has no notes there.
    let ben = desk.server.staff("Ben Okafor", "support_agent").await;
    let own = desk.server.ticket(&desk.grace).await;
    let body =
        json!({"key": "own", "name": "x", "size_bytes": 1, "ticket": own, "is_internal": true});
    let of_ben = desk.reserve_as(&ben, body).await;
    desk.put(&ben, &of_ben, b"x").await.expect(200);
    let path = format!("/v1/tickets/{own}/messages");
    let note = json!({"body": "", "attachments": [of_ben], "internal": true});
    desk.call(&ben, "POST", &path, note).await.expect(201);
    assert_eq!(
        desk.link(&desk.grace, &of_ben).await.refused(404),
        "not_found"
    );

    // The frames, up to a public message that came afterwards.
    desk.send(&desk.grace, "Public answer", &[])
        .await
        .expect(201);
    loop {
        let event = customer.event(desk.ticket).await;
        if event["message"]["body"] == "Public answer" {
            break;
        }
    }
    bytes.extend(customer.transcript.iter().cloned());
    for text in &bytes {
        assert!(!text.contains(CANARY) && !text.contains(&id), "{text}");
    }
    // The agent got the note, and the result of its check.
    let checked = loop {
        let event = agent.event(desk.ticket).await;
        let kind = event["kind"].as_str().unwrap_or_default().to_owned();
        if kind != "internal_note_added"
            || event["message"]["attachments"][0]["state"] != "checking"
        {
            break event;
        }
    };
    let file = &checked["message"]["attachments"][0];
    assert_eq!(file["state"], json!("not_scanned"), "{checked}");
}
