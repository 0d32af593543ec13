//! Tests importing the history of another support desk by plain SQL. An imported message must not
//! undo what happened in its ticket after the message's timestamp.

use helpline_core::history::Kind;
use helpline_core::ids::TicketId;
use uuid::Uuid;

use crate::test_db::{TestDb, message, stored};

const STANDING: &str = "select concat_ws(' ', status, resolved_at, closed_at, first_response_at) from support_tickets where id = ";

impl TestDb {
    async fn carried_over(&self, status: &str) -> TicketId {
        let id = TicketId::new(Uuid::now_v7());
        let over = |word| {
            if status == word {
                "'2021-02-01'"
            } else {
                "null"
            }
        };
        self.sql(&format!(
            "insert into support_tickets (id, user_id, subject, status, assigned_to, created_at, resolved_at, closed_at)
             values ('{id}', '{}', 'Of old', '{status}', '{}', '2021-01-01', {}, {})",
            self.customer,
            self.agent,
            over("resolved"),
            over("closed")
        ))
        .await;
        id
    }

    fn said(&self, ticket: TicketId, side: &str, at: &str) -> String {
        let sender = if side == "customer" {
            self.customer
        } else {
            self.agent
        };
        format!(
            "insert into support_messages (ticket_id, sender_id, sender_type, body, created_at) values ('{ticket}', '{sender}', '{side}', 'x', '{at}')"
        )
    }

    async fn standing(&self, ticket: TicketId) -> String {
        self.ask(&format!("{STANDING} '{ticket}'")).await
    }
}

#[tokio::test]
async fn an_older_message_does_not_reopen_what_was_resolved_after_it() {
    let db = TestDb::open().await;
    for status in ["resolved", "closed"] {
        let ticket = db.carried_over(status).await;
        let before = db.standing(ticket).await;
        db.sql(&db.said(ticket, "customer", "2021-01-02")).await;
        db.sql(&db.said(ticket, "customer", "2021-01-31 23:59:59.999999"))
            .await;
        assert_eq!(db.standing(ticket).await, before, "{status}");
        assert_eq!(
            db.kinds(ticket).await,
            ["created", "message_added", "message_added"]
        );
    }
    // If several messages are imported, the latest one decides about the ticket's status. A message
    // that a customer sends now reopens a resolved ticket, as the latest imported message does.
    let ticket = db.carried_over("resolved").await;
    db.sql(&format!(
        "{}, ('{ticket}', '{}', 'customer', 'y', '2021-02-02')",
        db.said(ticket, "customer", "2021-01-02"),
        db.customer
    ))
    .await;
    assert_eq!(
        db.kinds(ticket).await,
        ["created", "message_added", "message_added", "reopened"]
    );
    let ticket = db.carried_over("resolved").await;
    stored(&db.send(message(ticket, db.customer, "Again!")).await);
    assert_eq!(db.kinds(ticket).await.last(), Some(&"reopened"));
}

#[tokio::test]
async fn a_customer_who_waited_for_a_lock_reopens_what_was_resolved_meanwhile() {
    let db = TestDb::open().await;
    let ticket = db.ticket().await;
    let resolving = db.another_admin().await;
    let customer = db.session("helpline_customer", db.customer).await;
    resolving
        .batch_execute("begin; select 1 from support_tickets for no key update")
        .await
        .unwrap();
    let insert = format!(
        "insert into support_messages (ticket_id, sender_id, sender_type, body) values ('{ticket}', '{}', 'customer', 'wait')",
        db.customer
    );
    let sent = tokio::spawn(async move { customer.batch_execute(&insert).await });
    crate::test_db::until("the customer waits", async || {
        db.ask::<i64>("select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'").await > 0
    })
    .await;
    resolving
        .batch_execute("update support_tickets set status = 'resolved', resolved_at = clock_timestamp(); commit")
        .await
        .unwrap();
    sent.await.unwrap().unwrap();
    assert_eq!(db.kinds(ticket).await.last(), Some(&"reopened"));
}

#[tokio::test]
async fn an_import_says_how_things_were_and_moves_nothing() {
    let db = TestDb::open().await;
    let importer = db.another_admin().await;
    importer
        .batch_execute("set helpline.import = 'on'")
        .await
        .unwrap();
    for status in [
        "open",
        "waiting_on_customer",
        "waiting_on_admin",
        "resolved",
    ] {
        let ticket = db.carried_over(status).await;
        let before = db.standing(ticket).await;
        importer
            .batch_execute(&db.said(ticket, "customer", "2023-01-01"))
            .await
            .unwrap();
        assert_eq!(db.standing(ticket).await, before, "{status}");
        importer
            .batch_execute(&db.said(ticket, "admin", "2023-01-02"))
            .await
            .unwrap();
        assert_eq!(
            db.kinds(ticket).await,
            ["created", "message_added", "message_added"],
            "{status}"
        );
        let answered: bool = db
            .ask(&format!(
                "select first_response_at = '2023-01-02' from support_tickets where id = '{ticket}'"
            ))
            .await;
        assert!(answered, "{status}: the original time");
    }
    // Timestamps in imported rows are kept as they are.
    let ticket = db.carried_over("open").await;
    importer
        .batch_execute(&format!(
            "update support_tickets set status = 'resolved', resolved_at = '2021-03-01' where id = '{ticket}';
             update support_tickets set status = 'closed', closed_at = '2021-03-02' where id = '{ticket}'"
        ))
        .await
        .unwrap();
    let kept: bool = db
        .ask(&format!(
            "select resolved_at = '2021-03-01' and closed_at = '2021-03-02' and assigned_at = created_at from support_tickets where id = '{ticket}'"
        ))
        .await;
    assert!(kept, "{}", db.standing(ticket).await);
    // Only the owner can use the setting `helpline.import`. It must have no effect for roles that
    // act for a person.
    for (role, who) in [
        ("helpline_customer", db.customer),
        ("helpline_staff", db.agent),
    ] {
        let ticket = db.carried_over("resolved").await;
        let session = db.session(role, who).await;
        session
            .batch_execute("set helpline.import = 'on'")
            .await
            .unwrap();
        let side = if who == db.customer {
            "customer"
        } else {
            "admin"
        };
        session
            .batch_execute(&format!(
                "insert into support_messages (ticket_id, sender_id, sender_type, body) values ('{ticket}', '{who}', '{side}', 'x')"
            ))
            .await
            .unwrap();
        let moved = db.kinds(ticket).await.last() == Some(&"reopened");
        assert_eq!(moved, who == db.customer);
    }
    let ticket = db.carried_over("open").await;
    let staff = db.session("helpline_staff", db.agent).await;
    staff
        .batch_execute(&format!(
            "set helpline.import = 'on'; update support_tickets set status = 'resolved' where id = '{ticket}'"
        ))
        .await
        .unwrap();
    let now: bool = db
        .ask(&format!("select resolved_at > now() - interval '1 minute' from support_tickets where id = '{ticket}'"))
        .await;
    assert!(now);
}

#[tokio::test]
async fn a_large_insert_with_moves_takes_time_in_proportion() {
    let db = TestDb::open().await;
    const TICKETS: u32 = 3_000;
    db.sql(&format!(
        "insert into support_tickets (id, user_id, subject, created_at)
         select ('00000000-0000-4000-9000-' || lpad(n::text, 12, '0'))::uuid, '{}', 'n', '2021-01-01' from generate_series(1, {TICKETS}) n; analyze",
        db.customer
    ))
    .await;
    // This import must not exceed the timeout. An earlier version of the trigger compared each
    // imported row with all others, which took ten times as long.
    db.sql(&format!(
        "set statement_timeout = '60s';
         insert into support_messages (ticket_id, sender_id, sender_type, body, created_at)
         select ('00000000-0000-4000-9000-' || lpad(n::text, 12, '0'))::uuid, '{}', 'admin', 'x', '2021-01-01'::timestamptz + k * interval '1 hour'
         from generate_series(1, {TICKETS}) n, generate_series(1, 2) k",
        db.agent
    ))
    .await;
    let ticket = TicketId::new("00000000-0000-4000-9000-000000000007".parse().unwrap());
    let rows = db.history(ticket).await;
    let kinds: Vec<_> = rows.iter().map(|row| row.kind).collect();
    assert_eq!(
        kinds,
        [
            Kind::Created,
            Kind::MessageAdded,
            Kind::StatusChanged,
            Kind::MessageAdded
        ]
    );
}
