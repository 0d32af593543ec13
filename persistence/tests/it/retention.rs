//! Tests retention (deleting old tickets) at a given time.

use helpline_core::ids::TicketId;

use crate::test_db::TestDb;

async fn run(db: &TestDb, function: &str, clock: &str) -> i32 {
    db.ask(&format!("select {function}({clock})")).await
}

async fn hold(db: &TestDb, ticket: TicketId, held: bool) {
    db.sql(&format!(
        "update support_tickets set legal_hold = {held} where id = '{ticket}'"
    ))
    .await;
}

#[tokio::test]
async fn tickets_are_archived_after_six_months_and_deleted_after_two_years_unless_held() {
    let db = TestDb::open().await;
    let (old, held, open): (TicketId, TicketId, TicketId) =
        (db.ticket().await, db.ticket().await, db.ticket().await);
    db.sql(&format!(
        "update support_tickets set status = 'resolved' where id <> '{open}'"
    ))
    .await;
    hold(&db, held, true).await;
    assert_eq!(
        run(&db, "archive_old_tickets", "now() + interval '5 months'").await,
        0
    );
    assert_eq!(
        run(&db, "archive_old_tickets", "now() + interval '7 months'").await,
        1
    );
    assert_eq!(
        run(&db, "archive_old_tickets", "now() + interval '7 months'").await,
        0,
        "a second run has nothing to do"
    );
    assert_eq!(db.kinds(old).await.last(), Some(&"archived"));
    let deleted = async |clock| run(&db, "delete_old_archived_tickets", clock).await;
    let due = "now() + interval '40 months'";
    assert_eq!(deleted("now() + interval '30 months'").await, 0);
    hold(&db, old, true).await;
    assert_eq!(deleted(due).await, 0, "a later legal hold must win");
    hold(&db, old, false).await;
    assert_eq!(deleted(due).await, 1);
    assert_eq!(deleted(due).await, 0, "a second run has nothing to do");
    for table in [
        "support_messages",
        "support_ticket_activity",
        "support_ticket_heads",
    ] {
        assert_eq!(
            db.ask::<i64>(&format!(
                "select count(*) from {table} where ticket_id = '{old}'"
            ))
            .await,
            0,
            "{table}"
        );
    }
    let numbers = "select string_agg(action || ' ' || (detail -> 'tickets' ->> 0), ', ' order by id) from access_log where action like 'tickets_%'";
    assert_eq!(
        db.ask::<String>(numbers).await,
        "tickets_archived TKT-000001, tickets_deleted TKT-000001"
    );
    db.history(held).await;
    // The retention function permits deletions only while it runs. Afterwards, deletions must fail,
    // even in the same transaction.
    let client = db.another_admin().await;
    client
        .batch_execute("begin; select delete_old_archived_tickets(now() + interval '40 months')")
        .await
        .unwrap();
    client
        .batch_execute("set local role helpline_owner; delete from support_tickets")
        .await
        .unwrap_err();
}
