//! Bytes of files that are gone are deleted, which is looked up in the directory.

use std::fmt::Write as _;

use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::desk::{Desk, PATIENCE, png};
use crate::kit::test_server::eventually;

#[tokio::test]
async fn redaction_deletes_the_bytes_and_the_preview() {
    let desk = Desk::start().await;
    let id = desk.upload(&desk.ada, "secret.png", &png()).await;
    desk.send(&desk.ada, "see", &[&id]).await.expect(201);
    desk.until(&id, "not_scanned").await;
    assert_eq!(desk.stored().len(), 2, "the file and its preview");
    let path = format!(
        "/v1/tickets/{}/messages/{}",
        desk.ticket,
        desk.last_message().await
    );
    desk.server
        .rest_without_body(0, &desk.ada, "DELETE", &path)
        .await
        .expect(204);
    eventually("the store is empty", PATIENCE, async || {
        desk.stored().is_empty().then_some(())
    })
    .await;
    assert_eq!(
        desk.attachments(&desk.grace).await,
        Vec::<serde_json::Value>::new()
    );
    let sql = desk.server.sql().await;
    let left = sql
        .query_one(
            "select (select count(*) from helpline.uploads) + (select count(*) from helpline.blob_removals)",
            &[],
        )
        .await
        .unwrap();
    assert_eq!(left.get::<_, i64>(0), 0);
    desk.has_recorded(&[(&id, &png())]).await;
}

#[tokio::test]
async fn retention_and_expiry_delete_the_bytes() {
    let desk = Desk::start().await;
    let sent = desk.upload(&desk.ada, "a.txt", b"sent").await;
    desk.send(&desk.ada, "see", &[&sent]).await.expect(201);
    desk.upload(&desk.ada, "b.txt", b"never sent").await;
    let sql = desk.server.sql().await;
    sql.execute(
        "update helpline.uploads set expires_at = now() where message_id is null",
        &[],
    )
    .await
    .unwrap();
    desk.until_gone(b"never sent").await;
    assert_eq!(desk.stored(), [b"sent".to_vec()]);
    sql.batch_execute(
        "update helpline.support_tickets set status = 'closed';
         select helpline.archive_old_tickets(now() + interval '12 months');
         select helpline.delete_old_archived_tickets(now() + interval '60 months')",
    )
    .await
    .unwrap();
    eventually("the store is empty", PATIENCE, async || {
        desk.stored().is_empty().then_some(())
    })
    .await;
    desk.has_recorded(&[(&sent, b"sent")]).await;
}

#[tokio::test]
async fn a_copy_of_a_database_deletes_nothing() {
    let desk = Desk::start().await;
    let id = desk.upload(&desk.ada, "a.txt", b"kept").await;
    let sql = desk.server.sql().await;
    // As after a restore: the database is not the one that was confirmed.
    sql.execute(
        "update helpline.background_identity set cluster = null",
        &[],
    )
    .await
    .unwrap();
    let path = format!("/v1/uploads/{id}");
    desk.server
        .rest_without_body(0, &desk.ada, "DELETE", &path)
        .await
        .expect(204);
    // The removal is planned; several of its intervals pass.
    let due = "select count(*) from helpline.blob_removals where due_at <= now()";
    eventually("the removal is due", PATIENCE, async || {
        let due: i64 = sql.query_one(due, &[]).await.unwrap().get(0);
        (due == 1).then_some(())
    })
    .await;
    let held = eventually("the metric says so", PATIENCE, async || {
        let text = desk.server.metrics(0).await;
        text.lines()
            .find(|line| *line == "helpline_blob_removals_due 1")
            .map(str::to_owned)
    })
    .await;
    assert!(!held.is_empty());
    assert_eq!(desk.stored(), [b"kept".to_vec()]);
    let boss = desk.server.staff("Katherine", "admin").await;
    desk.call(&boss, "PUT", "/v1/jobs/identity", json!({"public_url": ""}))
        .await
        .expect(204);
    desk.until_gone(b"kept").await;
}

impl Desk {
    /// Waits until the access log has a row for the deleted bytes of each of these files, with their
    /// hash, and asserts that it has no other such row.
    pub async fn has_recorded(&self, files: &[(&str, &[u8])]) {
        let sql = self.server.sql().await;
        let expected: Vec<_> = files
            .iter()
            .map(|(id, bytes)| {
                let mut hash = String::new();
                for byte in Sha256::digest(bytes) {
                    write!(hash, "{byte:02x}").unwrap();
                }
                (id.to_string(), hash, Some(self.ticket.uuid()))
            })
            .collect();
        let query = "select detail ->> 'attachment', detail ->> 'sha256', ticket_id from helpline.access_log
                     where action = 'attachment_bytes_deleted' order by id";
        let found = eventually("the deletion is recorded", PATIENCE, async || {
            let rows = sql.query(query, &[]).await.unwrap();
            (!rows.is_empty()).then_some(rows)
        })
        .await;
        let found: Vec<(String, String, Option<uuid::Uuid>)> = found
            .iter()
            .map(|row| (row.get(0), row.get(1), row.get(2)))
            .collect();
        assert_eq!(found, expected);
    }
}
