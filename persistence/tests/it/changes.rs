//! Tests that the history records changes and deletions by plain SQL too, and that plain SQL cannot
//! write values that the service would refuse.

use helpline_core::history::Kind;
use helpline_core::reject::RejectCode;
use helpline_persistence::messages::Outcome;

use crate::test_db::{TestDb, message, note, stored};

#[tokio::test]
async fn a_change_of_metadata_leaves_what_it_was() {
    let db = TestDb::open().await;
    let ticket = db.ticket().await;
    let staff = db.session("helpline_staff", db.agent).await;
    for (metadata, old, new) in [
        (r#"{"vip": true}"#, "{}", r#"{"vip": true}"#),
        ("{}", r#"{"vip": true}"#, "{}"),
    ] {
        staff
            .batch_execute(&format!(
                "update support_tickets set metadata = '{metadata}'"
            ))
            .await
            .unwrap();
        let row = db.history(ticket).await.pop().unwrap();
        assert_eq!(
            (
                row.kind,
                row.actor,
                row.old_value.as_deref(),
                row.new_value.as_deref(),
                row.description.as_deref()
            ),
            (
                Kind::Logged,
                Some(db.agent),
                Some(old),
                Some(new),
                Some("metadata changed")
            )
        );
    }
    // The largest metadata that the column accepts.
    staff
        .batch_execute("update support_tickets set metadata = jsonb_build_object('a', repeat('x', 16000)); update support_tickets set metadata = '{}'")
        .await
        .unwrap();
    let rows = db.history(ticket).await.len();
    staff
        .batch_execute("update support_tickets set metadata = '{}'")
        .await
        .unwrap();
    assert_eq!(db.history(ticket).await.len(), rows, "nothing changed");
}

#[tokio::test]
async fn a_message_that_the_owner_removes_leaves_a_row_that_says_so() {
    let db = TestDb::open().await;
    let ticket = db.ticket().await;
    stored(&db.send(message(ticket, db.customer, "gone soon")).await);
    stored(&db.send(note(ticket, db.agent, "gone too")).await);
    db.sql(
        "update support_messages set body = 'gone, and said otherwise' where body = 'gone soon'",
    )
    .await;
    let before = db.history(ticket).await.len();
    db.sql("delete from support_messages where body like 'gone%'")
        .await;
    let rows = db.history(ticket).await;
    let receipts: Vec<_> = rows[before..]
        .iter()
        .map(|row| {
            (
                row.kind,
                row.public_seq.is_some(),
                row.description.as_deref(),
            )
        })
        .collect();
    assert_eq!(
        receipts,
        [(Kind::Logged, false, Some("message deleted")); 2]
    );
    let texts = "select count(*) from support_ticket_activity where old_value like '%gone%' or new_value like '%gone%'";
    assert_eq!(
        db.ask::<i64>(texts).await,
        0,
        "the old text is not stored either"
    );
    // Retention must still be able to delete the ticket together with its messages.
    db.sql("update support_tickets set status = 'closed'; update support_tickets set archived_at = now() - interval '3 years'")
        .await;
    assert_eq!(
        db.ask::<i32>("select delete_old_archived_tickets()").await,
        1
    );
    assert_eq!(
        db.ask::<i64>("select count(*) from support_messages").await,
        0
    );
}

#[tokio::test]
async fn a_key_that_plain_sql_used_is_used_for_that_text_only() {
    let db = TestDb::open().await;
    let ticket = db.ticket().await;
    let customer = db.session("helpline_customer", db.customer).await;
    customer
        .batch_execute(&format!(
            "insert into support_messages (ticket_id, sender_id, sender_type, body, key) values ('{ticket}', '{}', 'customer', 'first', 'k1')",
            db.customer
        ))
        .await
        .unwrap();
    let mut again = message(ticket, db.customer, "second");
    again.key = crate::test_db::key("k1");
    let outcome = db.send(again.clone()).await;
    assert!(
        matches!(
            outcome,
            Outcome::Refused {
                code: RejectCode::KeyReused,
                ..
            }
        ),
        "{outcome:?}"
    );
    again.body = helpline_core::body::Body::parse("first").unwrap();
    let outcome = db.send(again).await;
    assert!(matches!(outcome, Outcome::Duplicate(_)), "{outcome:?}");
}

#[tokio::test]
async fn a_comment_is_no_way_around_the_rule_that_only_what_is_over_is_rated() {
    let db = TestDb::open().await;
    let ticket = db.ticket().await;
    let customer = db.session("helpline_customer", db.customer).await;
    for change in [
        "satisfaction_comment = 'so far so good'",
        "satisfaction_rating = 5",
        "satisfaction_rating = 5, satisfaction_comment = 'x'",
    ] {
        let refused = customer
            .batch_execute(&format!("update support_tickets set {change}"))
            .await
            .expect_err(change);
        assert_eq!(
            refused.as_db_error().unwrap().message(),
            "not_ratable",
            "{change}"
        );
    }
    assert_eq!(db.kinds(ticket).await.len(), 2);
}
