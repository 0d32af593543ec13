//! Tests writes through the schema for a platform's own pages: their history, and what is refused.

use helpline_core::ids::{TicketId, UserId};
use helpline_core::ticket::{Priority, Status};
use helpline_persistence::tickets::{self, Assignee, Patch};
use tokio_postgres::Client;
use uuid::Uuid;

use crate::platform_api::{platform, refused, session, text};
use crate::test_db::{TestDb, message, note, stored};

/// A conversation that is written by a platform's pages. Returns the ticket and the id of its last
/// event, which the service cannot write.
async fn written_by_pages(db: &TestDb) -> (TicketId, String) {
    let me = db.agent;
    let agent = session(db, "authenticated", Some(me)).await;
    // A customer whom the desk has never seen. Their name and address come from the claims.
    let new = UserId::new(Uuid::now_v7());
    let customer = session(db, "authenticated", Some(new)).await;
    let open = format!(
        "insert into support_tickets (user_id, user_email, user_name, subject, category, priority, status) \
         values ('{new}', 'someone@else.example', 'Someone Else', 'Wo ist مرحبا?', 'technical', 'medium', 'open') \
         returning concat_ws(' ', id, status, user_name, user_email)"
    );
    let opened = text(&customer, &open).await;
    let (id, rest) = opened.split_once(' ').unwrap();
    assert_eq!(rest, format!("open Zoë 李 Ωmega {new}@test.example"));
    let ticket = TicketId::new(id.parse().unwrap());
    let says = |who, side: &str, internal: bool, words: &str| {
        format!(
            "insert into support_messages (ticket_id, sender_id, sender_type, message, is_internal) \
             values ('{ticket}', '{who}', '{side}', '{words}', {internal}) returning sender_name"
        )
    };
    let rates = format!(
        "update support_tickets set customer_rating = 5, customer_feedback = 'Danke' where id = '{ticket}' returning status"
    );
    let triages = format!(
        "update support_tickets set priority = 'urgent' where id = '{ticket}' returning priority"
    );
    let touches = format!(
        "update support_tickets set last_activity_at = now() where id = '{ticket}' returning status"
    );
    for (who, statement, answer) in [
        (
            &customer,
            says(new, "customer", false, "Wo ist مرحبا?: what shall I do?"),
            "Zoë 李 Ωmega",
        ),
        (
            &agent,
            says(me, "admin", false, "Have you tried …"),
            "Anna Agent",
        ),
        (&agent, says(me, "admin", true, "canary"), "Anna Agent"),
        (
            &agent,
            format!(
                "select assign_ticket(p_ticket_id => '{ticket}', p_assignee_id => '{me}', p_actor_id => '{me}')::text"
            ),
            "true",
        ),
        (&agent, triages, "urgent"),
        (
            &agent,
            format!("select update_ticket_status('{ticket}', 'resolved', '{me}')::text"),
            "true",
        ),
        (&customer, rates, "resolved"),
        (&customer, touches, "resolved"),
        (
            &customer,
            format!("select update_ticket_status('{ticket}', 'closed')::text"),
            "true",
        ),
    ] {
        assert_eq!(text(who, &statement).await, answer, "{statement}");
    }
    let logs = format!(
        "select log_ticket_activity('{ticket}', 'exported', '{me}', 'admin', null, null, 'to the archive')"
    );
    (ticket, text(&agent, &logs).await)
}

/// The same conversation, written through the service's functions.
async fn written_by_the_service(db: &TestDb) -> TicketId {
    let (customer, agent) = (db.caller(db.customer), db.caller(db.agent));
    let ticket = db.ticket_of(db.customer, "Wo ist مرحبا?").await;
    stored(&db.send(message(ticket, db.agent, "Have you tried …")).await);
    stored(&db.send(note(ticket, db.agent, "canary")).await);
    let none = Patch::default();
    for patch in [
        Patch {
            assigned_to: Some(Assignee::Agent(db.agent)),
            ..none
        },
        Patch {
            priority: Some(Priority::Urgent),
            ..none
        },
        Patch {
            status: Some(Status::Resolved),
            ..none
        },
    ] {
        tickets::change(&db.store, &agent, ticket, patch)
            .await
            .unwrap();
    }
    tickets::rate(&db.store, &customer, ticket, 5, Some("Danke"))
        .await
        .unwrap();
    let closed = Patch {
        status: Some(Status::Closed),
        ..none
    };
    tickets::change(&db.store, &customer, ticket, closed)
        .await
        .unwrap();
    ticket
}

#[tokio::test]
async fn what_pages_write_has_the_history_that_the_service_writes() {
    let db = platform("").await;
    let (ticket, last) = written_by_pages(&db).await;
    let twin = written_by_the_service(&db).await;
    let events = async |ticket| -> Vec<String> {
        let rows = db.history(ticket).await;
        rows.iter()
            .map(|row| {
                format!(
                    "{} {:?} {:?} {:?} {:?} {:?} {:?}",
                    row.kind.as_str(),
                    row.actor_type,
                    row.public_seq,
                    row.old_value,
                    row.new_value,
                    row.public_new_value,
                    row.message.as_ref().map(|message| &message.body)
                )
            })
            .collect()
    };
    let (by_pages, by_service) = (events(ticket).await, events(twin).await);
    assert_eq!(by_pages[..by_pages.len() - 1], by_service);
    assert_eq!(last, format!("{ticket}:{}", by_pages.len()));
    assert!(by_pages.last().unwrap().starts_with("logged Admin None"));
}

/// What is refused, for each person, and with which code. In each statement, a word in brackets is
/// replaced by an id; `[mine]` is the customer's ticket, and `[own]` is one that the agent opened.
const REFUSED: &[(&str, &[(&str, &str)])] = &[
    (
        "customer",
        &[
            // The original let customers choose their side.
            (
                "insert into support_messages (ticket_id, message, sender_type) values ('[mine]', 'x', 'admin')",
                "forbidden",
            ),
            (
                "insert into support_messages (ticket_id, message, sender_type) values ('[mine]', 'x', 'system')",
                "forbidden",
            ),
            (
                "insert into support_messages (ticket_id, message, is_internal) values ('[mine]', 'x', true)",
                "forbidden",
            ),
            (
                "insert into support_messages (ticket_id, message, sender_id) values ('[mine]', 'x', '[boss]')",
                "forbidden",
            ),
            (
                "insert into support_messages (ticket_id, message) values ('[theirs]', 'x')",
                "not_found",
            ),
            (
                "insert into support_messages (ticket_id, message) values ('[nowhere]', 'x')",
                "not_found",
            ),
            (
                "insert into support_messages (ticket_id) values ('[mine]')",
                "invalid_field",
            ),
            (
                "insert into support_messages (ticket_id, message) values ('[mine]', E' \\n\\u2003')",
                "invalid_field",
            ),
            (
                "insert into support_messages (ticket_id, message) values ('[mine]', E'\\u001b[2J')",
                "invalid_field",
            ),
            (
                "insert into support_messages (ticket_id, message) values ('[mine]', repeat('é', 8193))",
                "23514",
            ),
            (
                "insert into support_tickets (user_id, subject) values ('[boss]', 'x')",
                "forbidden",
            ),
            (
                "insert into support_tickets (subject, status) values ('x', 'closed')",
                "forbidden",
            ),
            (
                "insert into support_tickets (subject) values ('')",
                "invalid_field",
            ),
            (
                "insert into support_tickets (subject, category) values ('x', 'gossip')",
                "23514",
            ),
            (
                "update support_tickets set priority = 'urgent'",
                "forbidden",
            ),
            (
                "update support_tickets set assigned_to = '[me]'",
                "forbidden",
            ),
            (
                "update support_tickets set status = 'resolved'",
                "invalid_move",
            ),
            ("update support_tickets set status = null", "invalid_field"),
            (
                "update support_tickets set customer_rating = 5",
                "not_ratable",
            ),
            (
                "update support_tickets set customer_rating = 6",
                "invalid_field",
            ),
            (
                "update support_messages set message = 'mine now' where sender_type = 'admin'",
                "forbidden",
            ),
            (
                "select update_ticket_status('[theirs]', 'closed')",
                "not_found",
            ),
            (
                "select update_ticket_status('[mine]', null)",
                "invalid_field",
            ),
            (
                "select update_ticket_status('[mine]', 'closed', '[boss]')",
                "forbidden",
            ),
            ("select assign_ticket('[mine]', '[me]')", "forbidden"),
            (
                "select log_ticket_activity('[mine]', 'resolved')",
                "not_found",
            ),
        ],
    ),
    (
        "agent",
        &[
            (
                "insert into support_messages (ticket_id, message, is_internal) values ('[own]', 'x', true)",
                "forbidden",
            ),
            (
                "insert into support_messages (ticket_id, message, sender_type) values ('[own]', 'x', 'admin')",
                "forbidden",
            ),
            (
                "insert into support_messages (ticket_id, message, sender_type) values ('[mine]', 'x', 'customer')",
                "forbidden",
            ),
            (
                "update support_tickets set priority = 'urgent' where id = '[own]'",
                "forbidden",
            ),
            (
                "update support_tickets set customer_rating = 5 where id = '[mine]'",
                "forbidden",
            ),
            (
                "update support_tickets set assigned_to = '[me]' where id = '[mine]'",
                "invalid_field",
            ),
            ("select assign_ticket('[own]', '[boss]')", "forbidden"),
            (
                "select assign_ticket('[mine]', '[boss]', '[boss]')",
                "forbidden",
            ),
            (
                "select log_ticket_activity('[mine]', 'resolved', '[boss]')",
                "forbidden",
            ),
            (
                "select log_ticket_activity('[mine]', 'resolved', null, 'customer')",
                "forbidden",
            ),
            (
                "select log_ticket_activity('[own]', 'resolved')",
                "not_found",
            ),
        ],
    ),
    (
        "unnamed",
        &[
            (
                "insert into support_messages (ticket_id, message) values ('[mine]', 'x')",
                "not_authenticated",
            ),
            (
                "insert into support_tickets (subject) values ('x')",
                "not_authenticated",
            ),
            (
                "select update_ticket_status('[mine]', 'closed')",
                "not_authenticated",
            ),
        ],
    ),
];

/// Asserts that settings that Helpline's triggers read do not help a page to pass a check or to forge
/// an event.
async fn settings_do_not_help(db: &TestDb, customer: &Client, mine: TicketId) {
    let boss = db.boss;
    let movers = format!(r#"{{"{mine}": {{"id": "{boss}", "type": "admin"}}}}"#);
    for (name, value) in [
        ("movers", movers.as_str()),
        ("import", "on"),
        ("numbered", "on"),
        ("append_only_door", "open"),
        ("redacting", "on"),
        ("reply_assigns", "on"),
        ("address", "198.51.100.1"),
        ("user_agent", "forged"),
        ("cause", r#"{"rule": 1}"#),
    ] {
        customer
            .batch_execute(&format!("set helpline.{name} = '{value}'"))
            .await
            .unwrap();
    }
    let before = db.history(mine).await.len();
    let forged = "update support_tickets set status = 'resolved'";
    assert_eq!(refused(customer, forged).await, "invalid_move");
    let say = format!("insert into support_messages (ticket_id, message) values ('{mine}', 'x')");
    customer.batch_execute(&say).await.unwrap();
    assert_eq!(db.history(mine).await.len(), before + 1);
    let forged = format!(
        "select count(*) from support_ticket_activity where ticket_id = '{mine}' \
         and (ip_address = '198.51.100.1' or user_agent = 'forged' or metadata ? 'cause')"
    );
    assert_eq!(db.ask::<i64>(&forged).await, 0);
}

#[tokio::test]
async fn pages_are_refused_what_the_desk_refuses() {
    let db = platform("").await;
    let (mine, theirs) = (db.ticket().await, db.ticket_of(db.stranger, "Theirs").await);
    let own = db.ticket_of(db.agent, "The agent's own").await;
    stored(&db.send(message(mine, db.agent, "An answer")).await);
    let events = "select count(*) from support_ticket_activity";
    let before: i64 = db.ask(events).await;
    let named = |statement: &str| {
        statement
            .replace("[mine]", &mine.to_string())
            .replace("[theirs]", &theirs.to_string())
            .replace("[own]", &own.to_string())
            .replace("[nowhere]", &Uuid::now_v7().to_string())
            .replace("[boss]", &db.boss.to_string())
            .replace("[me]", &db.customer.to_string())
    };
    for (person, statements) in REFUSED {
        let who = match *person {
            "customer" => Some(db.customer),
            "agent" => Some(db.agent),
            _ => None,
        };
        let session = session(&db, "authenticated", who).await;
        for (statement, code) in *statements {
            assert_eq!(
                refused(&session, &named(statement)).await,
                *code,
                "{statement}"
            );
        }
    }
    let customer = session(&db, "authenticated", Some(db.customer)).await;
    for statement in [
        "update support_tickets set status = 'closed' where id = '[theirs]'",
        "update support_messages set message = 'x' where ticket_id = '[theirs]'",
    ] {
        let changed = customer.execute(&named(statement), &[]).await.unwrap();
        assert_eq!(changed, 0, "{statement}");
    }
    assert_eq!(
        db.ask::<i64>(events).await,
        before,
        "a refused write left an event"
    );
    settings_do_not_help(&db, &customer, mine).await;

    let say = named("insert into support_messages (ticket_id, message) values ('[mine]', 'x')");
    let reopen = "update support_tickets set status = 'open'";
    for (change, statement, code) in [
        (
            "update support_tickets set status = 'closed' where id = '[mine]'",
            say.as_str(),
            "ticket_closed",
        ),
        (
            "update support_tickets set archived_at = now() where id = '[mine]'",
            &say,
            "ticket_archived",
        ),
        ("select 1", reopen, "ticket_archived"),
        (
            "update people set blocked_at = now() where id = '[me]'",
            "insert into support_tickets (subject) values ('x')",
            "blocked",
        ),
    ] {
        db.sql(&named(change)).await;
        assert_eq!(refused(&customer, statement).await, code, "{statement}");
    }
}

#[tokio::test]
async fn the_first_answer_assigns_if_the_desk_says_so() {
    let db = platform("").await;
    let (first, second) = (db.ticket().await, db.ticket().await);
    let agent = session(&db, "authenticated", Some(db.agent)).await;
    let answer = |ticket| {
        format!("insert into support_messages (ticket_id, message) values ('{ticket}', 'x')")
    };
    agent.batch_execute(&answer(first)).await.unwrap();
    db.sql("insert into support_settings (name, value) values ('reply_assigns', 'true') on conflict (name) do update set value = 'true'").await;
    agent.batch_execute(&answer(second)).await.unwrap();
    for (ticket, assignee) in [(first, None), (second, Some(db.agent.uuid()))] {
        let assigned = format!("select assigned_to from support_tickets where id = '{ticket}'");
        assert_eq!(db.ask::<Option<Uuid>>(&assigned).await, assignee);
    }
}
