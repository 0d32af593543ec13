//! Tests lists of waiting tickets, and a customer's search in their own messages.

use helpline_core::ticket::Status;
use helpline_persistence::tickets::{self, ListQuery, Sort};

use crate::test_db::{TestDb, message, note, stored};

#[tokio::test]
async fn who_waits_is_listed_over_all_pages_the_longest_wait_first() {
    let db = TestDb::open().await;
    // Three tickets at a time are created with the same timestamp, so that their ids decide the
    // order. Every fifth ticket is answered, and every seventh is resolved.
    db.sql(&format!(
        "insert into support_tickets (user_id, subject, created_at)
         select '{}', 'Ticket ' || n, now() - n / 3 * interval '1 minute' from generate_series(1, 300) n;
         insert into support_messages (ticket_id, sender_id, sender_type, body)
         select id, '{}', 'admin', 'answered' from support_tickets where right(ticket_number, 3)::int % 5 = 0;
         update support_tickets set status = 'resolved' where right(ticket_number, 3)::int % 7 = 0",
        db.customer, db.agent
    ))
    .await;
    let expected: Vec<uuid::Uuid> = db
        .ask(
            "select array_agg(id order by created_at, id) from support_tickets
             where first_response_at is null and status <> 'resolved'",
        )
        .await;
    assert!(expected.len() > 200);
    let mut query = ListQuery {
        sort: Sort::Waiting,
        limit: 25,
        ..ListQuery::default()
    };
    let mut listed = Vec::new();
    loop {
        let page = tickets::list_for_staff(&db.store, db.reader(db.agent), &query).await;
        let page = page.unwrap();
        assert!(
            page.tickets
                .iter()
                .all(|ticket| ticket.waiting_since.is_some())
        );
        listed.extend(page.tickets.iter().map(|ticket| ticket.id.uuid()));
        query.cursor = page.next_cursor;
        if query.cursor.is_none() {
            break;
        }
    }
    assert_eq!(listed, expected);
    // Select the same waiting tickets with a filter, in another order.
    let query = ListQuery {
        needs_answer: true,
        sort: Sort::Oldest,
        limit: 100,
        ..ListQuery::default()
    };
    let page = tickets::list_for_staff(&db.store, db.reader(db.agent), &query).await;
    let oldest: Vec<_> = page
        .unwrap()
        .tickets
        .iter()
        .map(|ticket| ticket.id.uuid())
        .collect();
    assert_eq!(oldest, expected[..100]);
}

#[tokio::test]
async fn a_customer_finds_own_tickets_by_what_was_written_and_never_by_a_note() {
    let db = TestDb::open().await;
    let mut own = Vec::new();
    for n in 0..30 {
        own.push(db.ticket_of(db.customer, &format!("Ticket {n}")).await);
    }
    let foreign = db.ticket_of(db.stranger, "Another").await;
    stored(
        &db.send(message(own[0], db.agent, "Turn the Valve off"))
            .await,
    );
    stored(
        &db.send(message(foreign, db.agent, "Turn the valve off"))
            .await,
    );
    stored(&db.send(note(own[1], db.agent, "The valve is ours")).await);
    db.set_status(db.agent, own[0], Status::Closed).await;
    let found = async |text: &str| {
        let query = ListQuery {
            search: Some(text.into()),
            limit: 100,
            ..ListQuery::default()
        };
        let page = tickets::list_for_customer(&db.store, db.reader(db.customer), &query);
        let page = page.await.unwrap().tickets;
        page.into_iter().map(|ticket| ticket.id).collect::<Vec<_>>()
    };
    assert_eq!(found("valve").await, [own[0]]);
    assert_eq!(found("valve ours").await, []);
    // The search must find a ticket that has one of the words in its subject and the other word in
    // a message.
    assert_eq!(found("VALVE ticket").await, [own[0]]);
    assert_eq!(found("100% valve").await, []);
    assert_eq!(found("what shall").await.len(), 30);
}
