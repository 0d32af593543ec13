//! Tests that consumers of one instance share the events that they read, and that they never get
//! another event of the same number.

use std::sync::Arc;

use helpline_persistence::follow::{self, Event, Handler, Limits, RecentEvents, Start};
use helpline_persistence::{HandlerError, Transaction};

use crate::test_db::TestDb;

/// Remembers the texts of the messages.
#[derive(Default)]
struct Texts(Vec<String>);

impl Handler for Texts {
    async fn handle(
        &mut self,
        _: &mut Transaction,
        events: &[Arc<Event>],
    ) -> Result<(), HandlerError> {
        let messages = events.iter().filter_map(|it| it.row.message.as_ref());
        self.0.extend(messages.map(|it| it.body.clone()));
        Ok(())
    }
}

async fn texts(db: &TestDb, consumer: &str, recent: &RecentEvents) -> Vec<String> {
    let mut texts = Texts::default();
    follow::poll(&db.store, consumer, Limits::default(), recent, &mut texts)
        .await
        .unwrap();
    texts.0
}

#[tokio::test]
async fn consumers_of_an_instance_share_the_events_that_they_read() {
    let db = TestDb::open().await;
    let ticket = db.ticket().await;
    for consumer in ["first", "second", "elsewhere", "after_restore"] {
        follow::register(&db.store, consumer, Start::Now)
            .await
            .unwrap();
    }
    db.sql(&format!(
        "insert into support_messages (ticket_id, sender_id, sender_type, body) values ('{ticket}', '{}', 'customer', 'before')",
        db.customer
    ))
    .await;
    let recent = RecentEvents::default();
    assert_eq!(texts(&db, "first", &recent).await, ["before"]);
    db.sql("set session_replication_role = replica; update support_messages set body = 'after'")
        .await;
    assert_eq!(
        texts(&db, "second", &recent).await,
        ["before"],
        "the event was not read again"
    );
    let other = RecentEvents::default();
    assert_eq!(texts(&db, "elsewhere", &other).await, ["after"]);
    // A restored database has another event of the same ticket and number, by another transaction.
    db.sql("update support_ticket_activity set xid = pg_current_xact_id()")
        .await;
    let restored = texts(&db, "after_restore", &recent).await;
    assert!(restored.iter().all(|text| text == "after"), "{restored:?}");
    assert!(!restored.is_empty());
}
