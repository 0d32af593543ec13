//! Retention on a given clock.

use helpline_core::ids::TicketId;

use crate::desk::Desk;

async fn run(desk: &Desk, function: &str, clock: &str) -> i32 {
    desk.ask(&format!("select {function}({clock})")).await
}

#[tokio::test]
async fn tickets_are_archived_after_six_months_and_deleted_after_two_years_unless_held() {
    let desk = Desk::open().await;
    let (old, held, open): (TicketId, TicketId, TicketId) = (
        desk.ticket().await,
        desk.ticket().await,
        desk.ticket().await,
    );
    desk.sql(&format!(
        "update support_tickets set status = 'resolved' where id <> '{open}'"
    ))
    .await;
    desk.sql(&format!(
        "update support_tickets set legal_hold = true where id = '{held}'"
    ))
    .await;
    assert_eq!(
        run(&desk, "archive_old_tickets", "now() + interval '5 months'").await,
        0
    );
    assert_eq!(
        run(&desk, "archive_old_tickets", "now() + interval '7 months'").await,
        1
    );
    assert_eq!(
        run(&desk, "archive_old_tickets", "now() + interval '7 months'").await,
        0,
        "a second run has nothing to do"
    );
    assert_eq!(desk.kinds(old).await.last(), Some(&"archived"));
    assert_eq!(
        run(
            &desk,
            "delete_old_archived_tickets",
            "now() + interval '30 months'"
        )
        .await,
        0
    );
    // A hold may come late, and wins.
    desk.sql(&format!(
        "update support_tickets set legal_hold = true where id = '{old}'"
    ))
    .await;
    assert_eq!(
        run(
            &desk,
            "delete_old_archived_tickets",
            "now() + interval '40 months'"
        )
        .await,
        0
    );
    desk.sql(&format!(
        "update support_tickets set legal_hold = false where id = '{old}'"
    ))
    .await;
    assert_eq!(
        run(
            &desk,
            "delete_old_archived_tickets",
            "now() + interval '40 months'"
        )
        .await,
        1
    );
    assert_eq!(
        run(
            &desk,
            "delete_old_archived_tickets",
            "now() + interval '40 months'"
        )
        .await,
        0
    );
    for table in [
        "support_messages",
        "support_ticket_activity",
        "support_ticket_heads",
    ] {
        assert_eq!(
            desk.ask::<i64>(&format!(
                "select count(*) from {table} where ticket_id = '{old}'"
            ))
            .await,
            0,
            "{table}"
        );
    }
    let numbers = "select string_agg(action || ' ' || (detail -> 'tickets' ->> 0), ', ' order by id) from access_log where action like 'tickets_%'";
    assert_eq!(
        desk.ask::<String>(numbers).await,
        "tickets_archived TKT-000001, tickets_deleted TKT-000001"
    );
    desk.history(held).await;
    // Behind retention the door is shut again, in the same transaction too.
    let client = desk.another_admin().await;
    client
        .batch_execute("begin; select delete_old_archived_tickets(now() + interval '40 months')")
        .await
        .unwrap();
    client
        .batch_execute("set local role helpline_owner; delete from support_tickets")
        .await
        .unwrap_err();
}
