//! Tests that triggers maintain a ticket's last message and waiting time, and assign a ticket to
//! the author of an answer. This must not depend on how a message is written.

use chrono::{DateTime, Utc};
use helpline_core::actor::Audience;
use helpline_core::history::{HistoryRow, Kind};
use helpline_core::ids::{Seq, TicketId, UserId};
use helpline_core::limits;
use helpline_core::protocol::{CustomerTicket, StaffTicket};
use helpline_core::ticket::Status;
use helpline_persistence::reads::{self, Mark};
use helpline_persistence::tickets::{self, Patch};
use helpline_persistence::{IfMatch, settings, stats};
use serde_json::json;

use crate::test_db::{TestDb, message, note, stored};

impl TestDb {
    async fn seen_by_staff(&self, ticket: TicketId) -> StaffTicket {
        tickets::get_for_staff(&self.store, self.reader(self.agent), ticket)
            .await
            .unwrap()
            .unwrap()
    }

    async fn seen_by_customer(&self, ticket: TicketId) -> CustomerTicket {
        tickets::get_for_customer(&self.store, self.reader(self.customer), ticket)
            .await
            .unwrap()
            .unwrap()
    }

    async fn waiting(&self, ticket: TicketId) -> Option<DateTime<Utc>> {
        let staff = self.seen_by_staff(ticket).await.waiting_since;
        if self.owner(ticket).await == self.customer {
            assert_eq!(self.seen_by_customer(ticket).await.waiting_since, staff);
        }
        staff
    }

    async fn owner(&self, ticket: TicketId) -> UserId {
        let owner = format!("select user_id from support_tickets where id = '{ticket}'");
        UserId::new(self.ask(&owner).await)
    }

    pub(crate) async fn set_status(&self, who: UserId, ticket: TicketId, status: Status) {
        let patch = Patch {
            status: Some(status),
            ..Patch::default()
        };
        tickets::change(&self.store, &self.caller(who), ticket, patch)
            .await
            .unwrap();
    }

    /// Returns the time of the ticket's last event of this kind.
    async fn at(&self, ticket: TicketId, kind: Kind) -> DateTime<Utc> {
        let rows = self.history(ticket).await;
        rows.iter().rfind(|row| row.kind == kind).unwrap().at
    }
}

#[tokio::test]
async fn a_customer_waits_from_their_first_message_that_no_public_answer_followed() {
    let db = TestDb::open().await;
    let ticket = db.ticket().await;
    let opened = db.at(ticket, Kind::Created).await;
    assert_eq!(db.waiting(ticket).await, Some(opened));
    // Neither another message of the customer nor an internal note may change the waiting time.
    stored(&db.send(message(ticket, db.customer, "Hello?")).await);
    stored(&db.send(note(ticket, db.agent, "Looks bad.")).await);
    assert_eq!(db.waiting(ticket).await, Some(opened));
    stored(&db.send(message(ticket, db.agent, "Yes.")).await);
    assert_eq!(db.waiting(ticket).await, None);
    stored(&db.send(note(ticket, db.agent, "Told them.")).await);
    assert_eq!(db.waiting(ticket).await, None);
    stored(&db.send(message(ticket, db.customer, "It burns.")).await);
    let asked = db.at(ticket, Kind::MessageAdded).await;
    stored(&db.send(message(ticket, db.customer, "Still.")).await);
    assert_eq!(db.waiting(ticket).await, Some(asked));
    // A redaction must not count as an answer, so it does not change the waiting time.
    let rows = db.history(ticket).await;
    let last = rows.iter().rfind(|row| row.message.is_some()).unwrap();
    let message_id = last.message.as_ref().unwrap().id;
    let redact = format!("select support_redact_message('{ticket}', '{message_id}')");
    db.sql(&redact).await;
    assert_eq!(db.waiting(ticket).await, Some(asked));
}

#[tokio::test]
async fn one_batch_counts_its_messages_in_their_order() {
    let db = TestDb::open().await;
    let (one, two) = (db.ticket().await, db.ticket().await);
    db.append(&[
        message(one, db.agent, "An answer."),
        message(two, db.customer, "A question."),
        message(one, db.customer, "A question."),
        message(two, db.agent, "An answer."),
        message(one, db.customer, "Another one."),
    ])
    .await;
    let rows = db.history(one).await;
    let first = rows
        .iter()
        .rfind(|row| is_text(row, "A question."))
        .unwrap();
    assert_eq!(db.waiting(one).await, Some(first.at));
    assert_eq!(db.waiting(two).await, None);
}

fn is_text(row: &HistoryRow, text: &str) -> bool {
    row.message
        .as_ref()
        .is_some_and(|message| message.body == text)
}

#[tokio::test]
async fn a_ticket_that_is_over_waits_for_nothing_until_it_is_taken_up_again() {
    let db = TestDb::open().await;
    let ticket = db.ticket().await;
    let opened = db.at(ticket, Kind::Created).await;
    for over in [Status::Resolved, Status::Closed] {
        db.set_status(db.agent, ticket, over).await;
        assert_eq!(db.waiting(ticket).await, None);
        // If the team reopens the ticket, the customer must count as waiting since the ticket was
        // opened.
        db.set_status(db.agent, ticket, Status::Open).await;
        assert_eq!(db.waiting(ticket).await, Some(opened));
    }
    // If a customer's message reopens the ticket, the customer has been waiting since that message,
    // not since the ticket was opened.
    db.set_status(db.agent, ticket, Status::Resolved).await;
    stored(&db.send(message(ticket, db.customer, "No!")).await);
    let asked = db.at(ticket, Kind::MessageAdded).await;
    assert_eq!(db.waiting(ticket).await, Some(asked));
    // If the customer reopens the ticket by changing its status, the waiting time starts at that
    // change.
    stored(&db.send(message(ticket, db.agent, "Try now.")).await);
    db.set_status(db.agent, ticket, Status::Closed).await;
    db.set_status(db.customer, ticket, Status::Open).await;
    let waiting = db.waiting(ticket).await.unwrap();
    assert!(waiting > asked && waiting <= db.at(ticket, Kind::Reopened).await);
    // Archive the ticket by plain SQL, while its customer is waiting. The ticket must then show no
    // waiting time.
    let archive = format!("update support_tickets set archived_at = now() where id = '{ticket}'");
    db.sql(&archive).await;
    assert_eq!(db.waiting(ticket).await, None);
    let counted: Option<DateTime<Utc>> = db
        .ask(&format!(
            "select waiting_since from support_ticket_heads where ticket_id = '{ticket}'"
        ))
        .await;
    assert_eq!(counted, None, "it is not counted either");
}

#[tokio::test]
async fn the_last_message_is_the_last_public_one_and_its_text_as_it_stands_now() {
    let db = TestDb::open().await;
    let ticket = db.ticket().await;
    let of = async || {
        let staff = db.seen_by_staff(ticket).await.last_message.unwrap();
        let customer = db.seen_by_customer(ticket).await.last_message.unwrap();
        assert_eq!(
            (&staff.snippet, staff.side),
            (&customer.snippet, customer.side)
        );
        assert_eq!(staff.at, customer.at);
        (staff.side, staff.name, customer.name, staff.snippet)
    };
    let carla = Some("Carla Customer".to_owned());
    let (side, to_staff, to_customer, snippet) = of().await;
    assert_eq!(
        (side, to_staff, to_customer),
        (Audience::Customer, carla.clone(), carla)
    );
    assert_eq!(snippet, "The printer is on fire: what shall I do?");
    let long = format!("Take\n\n  the {} stairs", "very ".repeat(50));
    stored(&db.send(message(ticket, db.agent, &long)).await);
    stored(&db.send(note(ticket, db.agent, "CANARY of a note")).await);
    db.set_status(db.agent, ticket, Status::Resolved).await;
    let (side, to_staff, to_customer, snippet) = of().await;
    assert_eq!(side, Audience::Staff);
    assert_eq!(to_staff.as_deref(), Some("Anna Agent"));
    assert_eq!(to_customer.as_deref(), Some("Anna"));
    assert!(
        snippet.starts_with("Take the very very") && snippet.ends_with('…'),
        "{snippet}"
    );
    assert!(snippet.chars().count() <= limits::SNIPPET_CHARS_MAX);
    let edit = "update support_messages set body = 'Take the lift' where body like 'Take%'";
    db.sql(edit).await;
    assert_eq!(of().await.3, "Take the lift");
    db.sql("update support_messages set redacted_at = now() where body = 'Take the lift'")
        .await;
    assert_eq!(of().await.3, "");
}

#[tokio::test]
async fn imported_rows_and_rows_of_a_former_build_are_filled_in_as_their_histories_say() {
    let db = TestDb::open().await;
    db.sql(&format!(
        "insert into support_tickets (user_id, subject, status, created_at)
         select '{}', 'Ticket ' || n, (array['open', 'in_progress', 'resolved', 'closed'])[1 + n % 4], now() - n * interval '1 hour'
         from generate_series(1, 40) n;
         insert into support_messages (ticket_id, sender_id, sender_type, body, is_internal, created_at)
         select t.id, case when k % 3 = length(t.subject) % 3 then t.user_id else '{}' end,
                case when k % 3 = length(t.subject) % 3 then 'customer' else 'admin' end, 'm' || k,
                k % 3 <> length(t.subject) % 3 and k % 2 = 0, t.created_at + k * interval '1 minute'
         from support_tickets t cross join generate_series(1, 5) k
         where right(t.ticket_number, 1) <> '0'",
        db.customer, db.agent
    ))
    .await;
    for (who, from, to) in [
        (db.customer, "resolved", "open"),
        (db.agent, "closed", "open"),
    ] {
        let role = if who == db.agent {
            "helpline_staff"
        } else {
            "helpline_customer"
        };
        let session = db.session(role, who).await;
        let change = format!(
            "select update_ticket_status(id, '{to}') from support_tickets where status = '{from}' and right(ticket_number, 1) > '4'"
        );
        session.batch_execute(&change).await.unwrap();
    }
    let kept = "select string_agg(ticket_id || ' ' || coalesce(waiting_since::text, '-'), ',' order by ticket_id) \
                from support_ticket_heads where not is_over";
    // For tickets that the customer reopened by changing the status, the history's time is some
    // microseconds after `waiting_since`. Use the history's time, so that both can be compared.
    db.sql(
        "update support_ticket_heads h set waiting_since = a.created_at from support_ticket_activity a
         where a.ticket_id = h.ticket_id and a.kind = 'reopened' and a.actor_type = 'customer' and h.waiting_since is not null
           and not exists (select from support_ticket_activity b where b.ticket_id = a.ticket_id and b.seq = a.seq - 1 and b.xid = a.xid
                           and b.kind = 'message_added')",
    )
    .await;
    let (before, waiting): (String, i64) = (
        db.ask(kept).await,
        db.ask("select count(*) from support_ticket_heads where not is_over and waiting_since is not null")
            .await,
    );
    assert!(waiting >= 10, "{waiting}");
    db.sql("update support_ticket_heads set waiting_since = null")
        .await;
    let mut last: Option<uuid::Uuid> = None;
    loop {
        let step = format!(
            "select support_fill_waiting({}, 7)",
            last.map_or("null".to_owned(), |id| format!("'{id}'"))
        );
        last = db.ask(&step).await;
        if last.is_none() {
            break;
        }
    }
    assert_eq!(db.ask::<String>(kept).await, before);
}

#[tokio::test]
async fn who_waits_is_counted() {
    let db = TestDb::open().await;
    let counts = async || {
        let counted = stats::counts(&db.store, db.reader(db.agent)).await;
        let read = stats::read(&db.store).await.unwrap();
        (counted.unwrap().needs_answer, read.needs_answer_tickets)
    };
    let (one, _two) = (db.ticket().await, db.ticket().await);
    assert_eq!(counts().await, (2, 2));
    stored(&db.send(message(one, db.agent, "Yes?")).await);
    assert_eq!(counts().await, (1, 1));
}

#[tokio::test]
async fn unread_counts_over_all_own_tickets_and_leaves_own_writes_out() {
    let db = TestDb::open().await;
    let unread = async || {
        let read = tickets::own_unread(&db.store, db.reader(db.customer)).await;
        let read = read.unwrap();
        (read.tickets, read.messages)
    };
    let mut own = Vec::new();
    for n in 0..60 {
        own.push(db.ticket_of(db.customer, &format!("Ticket {n}")).await);
    }
    db.ticket_of(db.stranger, "Not mine").await;
    assert_eq!(
        unread().await,
        (0, 0),
        "a person's own messages are not unread"
    );
    // Answer the two oldest tickets, which are not on the first page of any list.
    stored(&db.send(message(own[0], db.agent, "One.")).await);
    stored(&db.send(message(own[0], db.agent, "Two.")).await);
    stored(&db.send(message(own[1], db.agent, "Three.")).await);
    stored(&db.send(note(own[2], db.agent, "A note.")).await);
    assert_eq!(unread().await, (2, 3));
    // Resolving a ticket is an unread event too. A ticket that was answered and resolved counts as
    // one unread ticket until it is read.
    db.set_status(db.agent, own[1], Status::Resolved).await;
    db.set_status(db.agent, own[3], Status::Resolved).await;
    assert_eq!(unread().await, (3, 3));
    let head = db.seen_by_customer(own[0]).await.seq;
    let mark = |ticket, seq| Mark {
        ticket,
        person: db.customer,
        audience: Audience::Customer,
        seq,
    };
    reads::mark(&db.store, &[mark(own[0], head), mark(own[1], Seq::new(2))])
        .await
        .unwrap();
    assert_eq!(unread().await, (2, 1), "read in part");
    let archive = format!(
        "update support_tickets set archived_at = now() where id = '{}'",
        own[1]
    );
    db.sql(&archive).await;
    assert_eq!(unread().await, (1, 0));
}

#[tokio::test]
async fn the_first_to_answer_an_unassigned_ticket_gets_it_when_the_desk_wants_that() {
    let db = TestDb::open().await;
    let ticket = db.ticket().await;
    stored(&db.send(message(ticket, db.agent, "Off by default.")).await);
    assert_eq!(db.seen_by_staff(ticket).await.assigned_to, None);
    settings::set(
        &db.store,
        &db.caller(db.boss),
        settings::Name::ReplyAssigns,
        Some(&json!(true)),
        &IfMatch::default(),
    )
    .await
    .unwrap();
    stored(
        &db.send(note(ticket, db.boss, "A note takes nothing."))
            .await,
    );
    stored(
        &db.send(message(ticket, db.customer, "Nor does a customer."))
            .await,
    );
    assert_eq!(db.seen_by_staff(ticket).await.assigned_to, None);
    let answer = message(ticket, db.agent, "I take it.");
    stored(&db.send(answer.clone()).await);
    stored(&db.send(message(ticket, db.boss, "Too late.")).await);
    assert_eq!(
        db.seen_by_staff(ticket).await.assigned_to.unwrap().id,
        db.agent
    );
    let rows = db.history(ticket).await;
    let assigned: Vec<_> = rows
        .iter()
        .filter(|row| row.kind == Kind::Assigned)
        .collect();
    assert_eq!(assigned.len(), 1);
    assert_eq!(assigned[0].actor, Some(db.agent));
    let before = rows
        .iter()
        .find(|row| row.seq.get() + 1 == assigned[0].seq.get());
    assert!(
        is_text(before.unwrap(), "I take it."),
        "right after the answer"
    );
    // After the ticket was unassigned, a retry of the answer that had assigned the ticket must not
    // assign the ticket again.
    let unassign = format!("select assign_ticket('{ticket}', null)");
    db.sql(&unassign).await;
    db.send(answer).await;
    assert_eq!(db.seen_by_staff(ticket).await.assigned_to, None);
    // Two agents' answers, in one batch or in two concurrent batches, must lead to only one
    // assignment.
    for batches in [1, 2] {
        let ticket = db.ticket().await;
        let (one, two) = (
            message(ticket, db.boss, "I."),
            message(ticket, db.agent, "No, I."),
        );
        if batches == 1 {
            db.append(&[one, two]).await;
        } else {
            tokio::join!(db.send(one), db.send(two));
        }
        let kinds = db.kinds(ticket).await;
        assert_eq!(
            kinds.iter().filter(|kind| **kind == "assigned").count(),
            1,
            "{kinds:?}"
        );
    }
    // A message that plain SQL imports must not assign the ticket.
    let ticket = db.ticket().await;
    db.sql(&format!(
        "insert into support_messages (ticket_id, sender_id, sender_type, body) values ('{ticket}', '{}', 'admin', 'imported')",
        db.agent
    ))
    .await;
    assert_eq!(db.seen_by_staff(ticket).await.assigned_to, None);
}

#[tokio::test]
async fn how_long_the_first_answer_took_is_told_when_enough_were_answered() {
    let db = TestDb::open().await;
    let ask = async || settings::first_answer_s(&db.store).await.unwrap();
    for n in 1..=limits::FIRST_ANSWER_ANSWERS_MIN {
        assert_eq!(ask().await, None, "after {} answers", n - 1);
        db.sql(&format!(
            "insert into support_tickets (user_id, subject, created_at, first_response_at)
             values ('{}', 'Ticket', now() - interval '1 day', now() - interval '1 day' + {n} * interval '1 hour')",
            db.customer
        ))
        .await;
    }
    assert_eq!(ask().await, Some(3 * 3600));
    // Tickets of last year and tickets without an answer must not count.
    db.sql(&format!(
        "insert into support_tickets (user_id, subject, created_at, first_response_at)
         select '{}', 'Ticket', now() - interval '1 year', case when n > 5 then now() end from generate_series(1, 20) n",
        db.customer
    ))
    .await;
    assert_eq!(ask().await, Some(3 * 3600));
}
