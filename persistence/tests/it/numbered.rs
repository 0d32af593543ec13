//! Tests the setting `helpline.numbered`, with which `support_append_one` tells the trigger that it
//! assigns the message's event number itself. For every other insert, the setting must have no
//! effect: every message has exactly one event.

use helpline_core::ids::{Seq, TicketId};
use helpline_persistence::messages::{NewMessage, append};
use uuid::Uuid;

use crate::test_db::{TestDb, message, note, stored};

/// Returns a call of `support_append_one`, as an administrator might type it. The function assigns
/// the message's event number itself, unless the message also changes something else about the
/// ticket.
fn append_one(ticket: TicketId, sender: impl std::fmt::Display, key: &str) -> String {
    let id = Uuid::now_v7();
    format!(
        "select code from support_append_one(true, '{id}', '{ticket}', '{sender}', '{key}', 'words', false, '[]', null, null, null) where n = 1"
    )
}

fn insert(ticket: TicketId, sender: impl std::fmt::Display) -> String {
    format!(
        "insert into support_messages (ticket_id, sender_id, sender_type, body) values ('{ticket}', '{sender}', 'customer', 'by psql')"
    )
}

impl TestDb {
    /// Opens a ticket and answers it. The first answer changes the ticket's status, so that a later
    /// message changes nothing else about the ticket.
    async fn answered_ticket(&self) -> TicketId {
        let ticket = self.ticket().await;
        stored(&self.send(message(ticket, self.agent, "an answer")).await);
        ticket
    }

    /// Asserts that every message has one event, and that the histories have no gap.
    async fn assert_recorded(&self, ticket: TicketId, messages: i64) {
        let recorded = format!(
            "select count(*) from support_messages m where m.ticket_id = '{ticket}' and 1 = \
             (select count(*) from support_ticket_activity a where a.ticket_id = m.ticket_id and a.message_id = m.id)"
        );
        assert_eq!(self.ask::<i64>(&recorded).await, messages);
        let all = format!("select count(*) from support_messages m where m.ticket_id = '{ticket}'");
        assert_eq!(self.ask::<i64>(&all).await, messages);
        self.history(ticket).await;
    }
}

#[tokio::test]
async fn every_insert_of_a_transaction_is_recorded_whatever_was_appended_before() {
    let db = TestDb::open().await;
    let ticket = db.answered_ticket().await;
    let insert = insert(ticket, db.customer);
    let waiting = "update support_tickets set status = 'waiting_on_customer'";
    // With the setting `helpline.numbered`, the trigger skips messages only if their inserter is
    // the owner. So only messages that the owner inserts by plain SQL could get no event.
    for role in ["postgres", "helpline_owner"] {
        let [first, second] = ["first", "second"]
            .map(|key| append_one(ticket, db.customer, &format!("{key} of {role}")));
        let long = append_one(ticket, db.agent, &format!("long way of {role}"));
        db.sql(&format!(
            "begin; set local role {role}; {first}; {insert}; {second}; {second}; {insert}; {waiting}; {long}; {insert}; {first}; {insert}; commit"
        ))
        .await;
    }
    db.assert_recorded(ticket, 2 + 2 * (3 + 4)).await;
}

#[tokio::test]
async fn a_message_that_changes_nothing_about_its_ticket_takes_the_short_way() {
    let db = TestDb::open().await;
    let (fresh, answered) = (db.ticket().await, db.answered_ticket().await);
    db.sql("alter function support_append_events rename to support_append_elsewhere")
        .await;
    for sent in [
        message(fresh, db.customer, "more"),
        note(fresh, db.agent, "a note"),
        message(answered, db.customer, "thanks"),
        message(answered, db.agent, "welcome"),
        NewMessage {
            based_on: Some(Seq::new(10)),
            ..message(answered, db.boss, "all seen")
        },
        note(answered, db.boss, "done"),
    ] {
        stored(&db.send(sent).await);
        let again = append(&db.store, &[message(answered, db.customer, "again")]).await;
        stored(&again.unwrap().outcomes[0]);
    }
    db.history(answered).await;
    let first_answer = append(&db.store, &[message(fresh, db.agent, "an answer")]).await;
    assert!(first_answer.is_err(), "{first_answer:?}");
}

#[tokio::test]
async fn the_setting_of_a_session_hides_no_message() {
    let db = TestDb::open().await;
    let ticket = db.answered_ticket().await;
    let on = "set helpline.numbered = 'on'";
    // Insert messages by plain SQL in database sessions with the setting `helpline.numbered`, as
    // the administrator, a customer and an agent. Every message must get its event.
    db.sql(&format!("{on}; {}", insert(ticket, db.customer)))
        .await;
    let customer = db.session("helpline_customer", db.customer).await;
    customer.batch_execute(on).await.unwrap();
    customer
        .batch_execute(&insert(ticket, db.customer))
        .await
        .unwrap();
    let staff = db.session("helpline_staff", db.agent).await;
    staff.batch_execute(on).await.unwrap();
    let answer = insert(ticket, db.agent).replace("'customer'", "'admin'");
    staff.batch_execute(&answer).await.unwrap();
    db.assert_recorded(ticket, 2 + 3).await;
    // Append messages with the functions that run with the owner's rights, in a database session
    // with the setting `helpline.numbered`. Every message must get exactly one event.
    let service = db.another_admin().await;
    service
        .batch_execute(&format!("{on}; set role helpline_service"))
        .await
        .unwrap();
    let (id, key) = (Uuid::now_v7(), Uuid::now_v7());
    let batch = format!(
        "select code from support_append_events(true, array['{id}']::uuid[], array['{ticket}']::uuid[], array['{}']::uuid[], array['{key}'], \
         array['words'], array[false], array['[]'::jsonb], array[null]::bigint[], array[null]::inet[], array[null]::text[])",
        db.customer
    );
    service.batch_execute(&batch).await.unwrap();
    service.batch_execute(on).await.unwrap();
    service
        .batch_execute(&append_one(ticket, db.customer, "short"))
        .await
        .unwrap();
    service
        .batch_execute(&append_one(ticket, db.customer, "short"))
        .await
        .unwrap();
    db.sql("update support_tickets set status = 'waiting_on_customer'")
        .await;
    service.batch_execute(on).await.unwrap();
    service
        .batch_execute(&append_one(ticket, db.customer, "long"))
        .await
        .unwrap();
    db.assert_recorded(ticket, 2 + 3 + 3).await;
    let opened = Uuid::now_v7();
    let open = format!(
        "select * from support_create_ticket('{opened}', '{}', 'key', 'Printer', 'technical', 'medium', 'Smoke', '[]', '{{}}')",
        Uuid::now_v7()
    );
    customer.batch_execute(&open).await.unwrap();
    db.assert_recorded(TicketId::new(opened), 1).await;
}

#[tokio::test]
async fn every_function_of_the_owner_that_inserts_messages_clears_the_setting() {
    let db = TestDb::open().await;
    let rows = db
        .admin
        .query(
            "select p.proname::text, p.prosrc ~ 'set_config\\(''helpline.numbered'', ''''' from pg_proc p \
             where p.prosecdef and p.prosrc ~* 'insert\\s+into\\s+(\\S+\\.)?\"?support_messages\"?\\s'",
            &[],
        )
        .await
        .unwrap();
    let mut found: Vec<(String, bool)> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    found.sort_unstable();
    assert_eq!(
        found,
        [
            ("support_append_events".to_owned(), true),
            ("support_append_one".to_owned(), true),
            ("support_create_ticket".to_owned(), true),
        ]
    );
}

#[tokio::test]
async fn a_message_that_a_trigger_inserts_meanwhile_is_recorded() {
    let db = TestDb::open().await;
    let ticket = db.answered_ticket().await;
    // Create a trigger that is not part of Helpline and answers certain messages automatically.
    db.sql(
        "create function public.autorespond() returns trigger language plpgsql as $$ begin \
           if new.body = 'words' then \
             insert into helpline.support_messages (ticket_id, sender_type, body) values (new.ticket_id, 'system', 'We are closed'); \
             perform helpline.support_append_one(true, gen_random_uuid(), new.ticket_id, new.sender_id, new.key || '-2', 'more', false, '[]', null, null, null); \
           end if; \
           return null; end $$; \
         create trigger autorespond after insert on support_messages for each row execute function public.autorespond()",
    )
    .await;
    db.sql(&append_one(ticket, db.customer, "a")).await;
    db.assert_recorded(ticket, 2 + 3).await;
    db.sql(
        &insert(ticket, db.customer)
            .replace("by psql", "words")
            .replace("body)", "body, key)")
            .replace("words')", "words', 'k')"),
    )
    .await;
    db.assert_recorded(ticket, 2 + 6).await;
}
