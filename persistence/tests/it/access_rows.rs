//! Tests row-level security: which rows each role sees, and which plain SQL writes it may make.
//! Also tests that nothing that a customer reads reveals an internal note.

use helpline_core::ids::TicketId;
use helpline_persistence::history::{self, Span};
use tokio_postgres::Client;

use crate::access::insert_message;
use crate::test_db::{TestDb, message, note, stored};

async fn count(client: &Client, sql: &str) -> i64 {
    match client.query_one(sql, &[]).await {
        Ok(row) => row.get(0),
        Err(error) => panic!("{sql}: {error:?}"),
    }
}

/// Asserts that each of these statements fails in this database session.
async fn assert_refused(session: &Client, statements: &[String]) {
    for statement in statements {
        let tried = session.batch_execute(statement).await;
        assert!(tried.is_err(), "{statement}");
    }
}

#[tokio::test]
async fn each_role_sees_its_rows_and_no_others() {
    let db = TestDb::open().await;
    let (mine, theirs) = (db.ticket().await, db.ticket_of(db.stranger, "Theirs").await);
    let own = db.ticket_of(db.agent, "The agent's own").await;
    for ticket in [mine, theirs, own] {
        stored(&db.send(note(ticket, db.boss, "canary")).await);
        stored(&db.send(message(ticket, db.boss, "answer")).await);
    }
    // Each ticket has 5 events: created, first message, note, answer and status change. Customers
    // may not see the note.
    for (role, who, tickets, messages, rows, heads) in [
        ("helpline_customer", db.customer, 1, 2, 4, 1),
        ("helpline_customer", db.agent, 1, 2, 4, 1),
        ("helpline_customer", db.boss, 0, 0, 0, 0),
        ("helpline_staff", db.boss, 3, 9, 15, 3),
        // Staff see a ticket that they opened themselves only as a customer does, because the
        // positions of all its events would reveal an internal note.
        ("helpline_staff", db.agent, 3, 8, 10, 2),
        // Using the staff database role does not make a person a member of staff.
        ("helpline_staff", db.customer, 0, 0, 0, 0),
    ] {
        let session = db.session(role, who).await;
        assert_eq!(
            count(&session, "select count(*) from support_tickets").await,
            tickets,
            "{role} {who}"
        );
        assert_eq!(
            count(&session, "select count(*) from support_messages").await,
            messages,
            "{role} {who}"
        );
        assert_eq!(
            count(&session, "select count(*) from support_ticket_activity").await,
            rows,
            "{role} {who}"
        );
        let seen = "select count(*) from support_ticket_heads";
        assert_eq!(count(&session, seen).await, heads, "{role} {who}");
    }
    // A database session without claims, or with invalid claims, has no identity and must see
    // nothing.
    for claims in ["", "{}", r#"{"sub":""}"#] {
        for role in ["helpline_customer", "helpline_staff"] {
            let session = db.session(role, db.boss).await;
            session
                .execute(
                    "select set_config('request.jwt.claims', $1, false)",
                    &[&claims],
                )
                .await
                .unwrap();
            assert_eq!(
                count(&session, "select count(*) from support_tickets").await,
                0,
                "{role} {claims}"
            );
            assert_eq!(
                count(&session, "select count(*) from people").await,
                0,
                "{role} {claims}"
            );
        }
    }
    // A blocked member of staff must no longer see what staff see.
    db.sql(&format!(
        "update people set blocked_at = now() where id = '{}'",
        db.boss
    ))
    .await;
    let blocked = db.session("helpline_staff", db.boss).await;
    assert_eq!(
        count(&blocked, "select count(*) from support_tickets").await,
        0
    );
    let error = blocked
        .batch_execute(&format!(
            "select update_ticket_status('{mine}', 'resolved')"
        ))
        .await
        .unwrap_err();
    assert_eq!(
        error.as_db_error().map(|error| error.message()),
        Some("blocked")
    );
    // The service's role may read no table directly, only through its functions.
    let service = db.session("helpline_service", db.boss).await;
    for table in [
        "support_tickets",
        "support_messages",
        "support_ticket_activity",
        "people",
        "user_roles",
        "access_log",
    ] {
        assert_eq!(
            service
                .batch_execute(&format!("select 1 from {table}"))
                .await
                .unwrap_err()
                .code()
                .map(|code| code.code()),
            Some("42501")
        );
    }
}

#[tokio::test]
async fn plain_writes_are_bound_to_the_writers_own_side() {
    let db = TestDb::open().await;
    let mine = db.ticket().await;
    let theirs = db.ticket_of(db.stranger, "Theirs").await;
    let customer = db.customer;
    let session = db.session("helpline_customer", customer).await;
    let message = insert_message(mine, customer.uuid());
    session.batch_execute(&message).await.unwrap();
    let refused = [
        insert_message(theirs, customer.uuid()),
        insert_message(mine, db.stranger.uuid()),
        format!(
            "insert into support_messages (ticket_id, sender_id, sender_type, body) values ('{mine}', '{customer}', 'admin', 'x')"
        ),
        format!(
            "insert into support_tickets (user_id, subject) values ('{}', 'x')",
            db.stranger
        ),
        format!("select assign_ticket('{mine}', '{customer}')"),
        format!("select log_ticket_activity('{mine}', 'x')"),
        format!("select support_set_role('{customer}', 'admin')"),
        format!("select support_set_blocked('{}', true)", db.stranger),
        "select * from support_people_by_email('a@b.c', 1)".into(),
        "select * from support_read_access_log(null, null, null, null, null, null, null, 1, 1)"
            .into(),
        "select support_access_log_from(now())".into(),
        "select archive_old_tickets()".into(),
        "select delete_old_archived_tickets()".into(),
        "select * from support_sweep(null)".into(),
        "select * from support_sweep_events(null, 1, 1)".into(),
        "select support_follow_people(1)".into(),
        format!("select update_ticket_status('{theirs}', 'closed')"),
        format!("select update_ticket_status('{mine}', 'resolved')"),
    ];
    assert_refused(&session, &refused).await;
    session
        .batch_execute(&format!("select update_ticket_status('{mine}', 'closed')"))
        .await
        .unwrap();
    // A closed ticket accepts no message, but it accepts a rating.
    assert_refused(&session, &[insert_message(mine, customer.uuid())]).await;
    session
        .batch_execute("update support_tickets set satisfaction_rating = 3")
        .await
        .unwrap();
    let rated = "select count(*) from support_tickets where satisfaction_rating = 3";
    assert_eq!(db.ask::<i64>(rated).await, 1);
    for ticket in [mine, theirs] {
        db.history(ticket).await;
    }
}

#[tokio::test]
async fn a_blocked_customer_writes_nothing() {
    let db = TestDb::open().await;
    let (ticket, blocked) = (db.ticket().await, db.customer);
    db.sql(&format!(
        "update people set blocked_at = now() where id = '{blocked}'"
    ))
    .await;
    let session = db.session("helpline_customer", blocked).await;
    let refused = [
        insert_message(ticket, blocked.uuid()),
        format!("insert into support_tickets (user_id, subject) values ('{blocked}', 'x')"),
        format!("select update_ticket_status('{ticket}', 'closed')"),
    ];
    assert_refused(&session, &refused).await;
    db.history(ticket).await;
}

#[tokio::test]
async fn staff_answer_open_tickets_of_others_and_have_no_side_on_their_own() {
    let db = TestDb::open().await;
    let (open, closed) = (db.ticket().await, db.ticket().await);
    db.sql(&format!(
        "update support_tickets set status = 'closed' where id = '{closed}'"
    ))
    .await;
    let agent = db.agent;
    let own = db.ticket_of(agent, "The agent's own").await;
    let session = db.session("helpline_staff", agent).await;
    let insert = |ticket: TicketId, internal: bool| {
        format!(
            "insert into support_messages (ticket_id, sender_id, sender_type, body, is_internal) \
             values ('{ticket}', '{agent}', 'admin', 'x', {internal})"
        )
    };
    for allowed in [insert(open, false), insert(closed, true)] {
        session.batch_execute(&allowed).await.unwrap();
    }
    let refused = [
        insert(closed, false),
        insert(own, true),
        insert(own, false),
        format!("select support_set_role('{agent}', 'admin')"),
        format!("select support_set_blocked('{}', true)", db.customer),
        "select * from support_people_by_email('a@b.c', 1)".into(),
        "select * from support_read_access_log(null, null, null, null, null, null, null, 1, 1)"
            .into(),
        "select support_access_log_from(now())".into(),
    ];
    assert_refused(&session, &refused).await;
    session
        .batch_execute(&format!(
            "update support_tickets set priority = 'urgent' where id = '{own}'"
        ))
        .await
        .unwrap();
    assert_eq!(
        db.ask::<i64>("select count(*) from support_tickets where priority = 'urgent'")
            .await,
        0,
        "staff cannot triage their own tickets"
    );
    for ticket in [open, closed, own] {
        db.history(ticket).await;
    }
}

/// Runs a conversation with and without internal notes. The customer must receive the same bytes in
/// both cases, except for times and ids.
#[tokio::test]
async fn a_note_shows_in_no_number_time_or_gap_of_the_customers() {
    let db = TestDb::open().await;
    let mut seen = Vec::new();
    for notes in [false, true] {
        let ticket = db.ticket().await;
        for n in 0..4 {
            if notes {
                stored(&db.send(note(ticket, db.agent, "canary")).await);
            }
            let sender = if n % 2 == 0 { db.agent } else { db.customer };
            stored(&db.send(message(ticket, sender, "words")).await);
        }
        let before = db.ask::<String>(&customer_view(ticket)).await;
        if notes {
            stored(&db.send(note(ticket, db.agent, "canary at the end")).await);
            assert_eq!(
                db.ask::<String>(&customer_view(ticket)).await,
                before,
                "a note changed what the customer sees"
            );
        }
        let page = history::page_for_customer(
            &db.store,
            db.reader(db.customer),
            ticket,
            Span::Before(None),
            100,
        )
        .await
        .unwrap();
        let after = history::page_for_customer(
            &db.store,
            db.reader(db.customer),
            ticket,
            Span::After(helpline_core::ids::Seq::ZERO),
            100,
        );
        assert_eq!(page, after.await.unwrap());
        assert_eq!(page.head, page.events.last().unwrap().seq);
        let told: Vec<_> = page
            .events
            .iter()
            .map(|event| {
                let body = event.message.as_ref().map(|message| message.body.clone());
                (
                    event.seq,
                    event.kind,
                    event.actor.clone(),
                    event.old_value.clone(),
                    event.new_value.clone(),
                    body,
                )
            })
            .collect();
        assert!(!format!("{told:?}").contains("canary"));
        assert_eq!(
            told.iter()
                .find(|event| event.2.name.as_deref() == Some("Anna Agent")),
            None,
            "customers see only the first name of staff"
        );
        seen.push(told);
    }
    assert_eq!(seen[0], seen[1]);
}

fn customer_view(ticket: TicketId) -> String {
    format!(
        "select (status, public_seq, public_last_activity_at, updated_at)::text from support_tickets join support_ticket_heads on ticket_id = id where id = '{ticket}'"
    )
}
