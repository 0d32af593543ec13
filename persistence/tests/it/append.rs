//! Tests that messages are stored once and in order, and are checked while the ticket is locked.

use helpline_core::actor::Audience;
use helpline_core::ids::{Seq, TicketId};
use helpline_core::reject::RejectCode;
use helpline_persistence::messages::{AppendedAt, NewMessage, Outcome, append, append_waiting};
use helpline_persistence::{StoreError, history};
use uuid::Uuid;

use crate::test_db::{TestDb, message, note, stored, until};

#[track_caller]
fn duplicate(outcome: &Outcome) -> AppendedAt {
    match outcome {
        Outcome::Duplicate(at) => *at,
        other => panic!("no duplicate: {other:?}"),
    }
}

#[track_caller]
fn refused(outcome: &Outcome) -> (RejectCode, Option<u64>) {
    match outcome {
        Outcome::Refused { code, head } => (*code, head.map(Seq::get)),
        other => panic!("not refused: {other:?}"),
    }
}

fn again(first: &NewMessage) -> NewMessage {
    NewMessage {
        id: helpline_core::ids::MessageId::new(Uuid::now_v7()),
        ..first.clone()
    }
}

#[tokio::test]
async fn a_send_is_numbered_in_both_numberings_and_a_note_in_one() {
    let db = TestDb::open().await;
    let ticket = db.ticket().await;
    let first = stored(&db.send(message(ticket, db.customer, "hello")).await);
    assert_eq!(
        (
            first.seq.get(),
            first.public_seq.map(Seq::get),
            first.audience
        ),
        (3, Some(3), Audience::Customer)
    );
    let hidden = stored(&db.send(note(ticket, db.agent, "a note")).await);
    assert_eq!(
        (hidden.seq.get(), hidden.public_seq, hidden.audience),
        (4, None, Audience::Staff)
    );
    let answer = stored(&db.send(message(ticket, db.agent, "hi")).await);
    assert_eq!(
        (answer.seq.get(), answer.public_seq.map(Seq::get)),
        (5, Some(4))
    );
    let kinds = db.kinds(ticket).await;
    assert_eq!(
        kinds,
        [
            "created",
            "message_added",
            "message_added",
            "internal_note_added",
            "message_added",
            "status_changed"
        ]
    );
    let rows = db.history(ticket).await;
    assert_eq!(rows[4].actor_name.as_deref(), Some("Anna Agent"));
    assert_eq!(
        rows[5].actor,
        Some(db.agent),
        "the author of the message made the transition"
    );
    assert_eq!(rows[4].at, answer.at);
    assert_eq!(
        db.ask::<i64>("select count(*) from support_ticket_activity where user_agent = 'it/2'")
            .await,
        3
    );
    assert!(
        db.ask::<bool>("select first_response_at is not null from support_tickets")
            .await
    );
}

#[tokio::test]
async fn a_batch_keeps_its_order_within_each_ticket_and_answers_each_message() {
    let db = TestDb::open().await;
    let (one, two) = (
        db.ticket().await,
        db.ticket_of(db.stranger, "Another").await,
    );
    let batch = [
        message(one, db.customer, "1"),
        message(two, db.stranger, "a"),
        message(one, db.agent, "2"),
        message(two, db.customer, "not mine"),
        message(TicketId::new(Uuid::now_v7()), db.customer, "nowhere"),
        note(one, db.customer, "a customer's note"),
        message(one, db.customer, "3"),
        note(two, db.boss, "b"),
    ];
    let answer = db.append(&batch).await;
    let seqs: Vec<_> = [0, 2, 6, 1, 7]
        .iter()
        .map(|n| stored(&answer.outcomes[*n]).seq.get())
        .collect();
    // The agent's answer changed the status of the first ticket, so a status event takes position
    // 5, and the next message gets position 6.
    assert_eq!(seqs, [3, 4, 6, 3, 4]);
    assert_eq!(refused(&answer.outcomes[3]).0, RejectCode::NotFound);
    assert_eq!(refused(&answer.outcomes[4]).0, RejectCode::NotFound);
    assert_eq!(refused(&answer.outcomes[5]).0, RejectCode::Forbidden);
    assert_eq!(answer.rows.len(), 6);
    let all = history::rows_after(&db.store, &[(one, Seq::new(2)), (two, Seq::new(2))], 100)
        .await
        .unwrap();
    assert_eq!(answer.rows, all);
    db.history(one).await;
    db.history(two).await;
}

#[tokio::test]
async fn a_retried_send_keeps_its_first_seq() {
    let db = TestDb::open().await;
    let ticket = db.ticket().await;
    let sent = message(ticket, db.customer, "once");
    let first = stored(&db.send(sent.clone()).await);
    stored(&db.send(message(ticket, db.customer, "more")).await);
    let answer = db.append(&[again(&sent)]).await;
    assert_eq!(duplicate(&answer.outcomes[0]), first);
    assert_eq!(answer.rows.len(), 1, "a duplicate is delivered again");
    assert_eq!(answer.rows[0].seq, first.seq);
    // Idempotency keys are per person: the same key from another person is a new message.
    stored(
        &db.send(NewMessage {
            key: sent.key.clone(),
            ..message(ticket, db.agent, "mine")
        })
        .await,
    );
    db.history(ticket).await;
}

#[tokio::test]
async fn a_retry_is_a_duplicate_also_after_the_ticket_was_closed_and_the_sender_lost_the_right() {
    let db = TestDb::open().await;
    let ticket = db.ticket().await;
    let (sent, answered) = (
        message(ticket, db.customer, "once"),
        message(ticket, db.agent, "answer"),
    );
    let first = stored(&db.send(sent.clone()).await);
    stored(&db.send(answered.clone()).await);
    db.sql("update support_tickets set status = 'closed'").await;
    db.sql(&format!(
        "delete from user_roles where user_id = '{}'",
        db.agent
    ))
    .await;
    db.sql("update people set blocked_at = now()").await;
    assert_eq!(duplicate(&db.send(again(&sent)).await), first);
    duplicate(&db.send(again(&answered)).await);
    assert_eq!(
        refused(&db.send(message(ticket, db.customer, "new")).await).0,
        RejectCode::Blocked
    );
    db.sql("update people set blocked_at = null").await;
    assert_eq!(
        refused(&db.send(message(ticket, db.customer, "new")).await).0,
        RejectCode::TicketClosed
    );
    assert_eq!(
        refused(&db.send(message(ticket, db.agent, "new")).await).0,
        RejectCode::NotFound
    );
    stored(&db.send(note(ticket, db.boss, "notes are fine")).await);
    assert_eq!(
        refused(&db.send(message(ticket, db.boss, "answers are not")).await).0,
        RejectCode::TicketClosed
    );
}

#[tokio::test]
async fn a_key_with_another_text_is_refused() {
    let db = TestDb::open().await;
    let ticket = db.ticket().await;
    let sent = message(ticket, db.agent, "once");
    stored(&db.send(sent.clone()).await);
    let other = NewMessage {
        key: sent.key.clone(),
        ..message(ticket, db.agent, "twice")
    };
    assert_eq!(refused(&db.send(other).await).0, RejectCode::KeyReused);
    let as_note = NewMessage {
        internal: true,
        ..again(&sent)
    };
    assert_eq!(refused(&db.send(as_note).await).0, RejectCode::KeyReused);
    duplicate(&db.send(again(&sent)).await);
}

#[tokio::test]
async fn a_key_twice_in_one_batch_is_stored_once() {
    let db = TestDb::open().await;
    let ticket = db.ticket().await;
    let sent = message(ticket, db.customer, "once");
    let other = NewMessage {
        key: sent.key.clone(),
        ..message(ticket, db.customer, "twice")
    };
    let answer = db
        .append(&[sent.clone(), again(&sent), other, again(&sent)])
        .await;
    let first = stored(&answer.outcomes[0]);
    assert_eq!(duplicate(&answer.outcomes[1]), first);
    assert_eq!(refused(&answer.outcomes[2]).0, RejectCode::KeyReused);
    assert_eq!(duplicate(&answer.outcomes[3]), first);
    assert_eq!(answer.rows.len(), 1);
    db.history(ticket).await;
}

#[tokio::test]
async fn a_retry_that_overlaps_its_first_send_burns_no_number() {
    let db = TestDb::open().await;
    let ticket = db.ticket().await;
    let sent = message(ticket, db.customer, "once");
    let first_send = db.another_admin().await;
    first_send
        .batch_execute(&format!(
            "begin; insert into support_messages (id, ticket_id, sender_id, sender_type, body, key) \
             values ('{}', '{ticket}', '{}', 'customer', 'once', '{}')",
            sent.id,
            db.customer,
            sent.key.as_str()
        ))
        .await
        .unwrap();
    // `append` does not wait for the ticket that the open transaction has locked.
    assert_eq!(
        append(&db.store, &[again(&sent)]).await.unwrap().outcomes[0],
        Outcome::Busy
    );
    // `append_waiting` waits for the open transaction, and then finds the message that this
    // transaction stored.
    let (store, retry) = (db.store.clone(), again(&sent));
    let waiting = tokio::spawn(async move {
        append_waiting(&store, &[retry])
            .await
            .unwrap()
            .outcomes
            .remove(0)
    });
    until("the retry waits for the lock", async || {
        db.ask::<i64>("select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'").await == 1
    })
    .await;
    first_send.batch_execute("commit").await.unwrap();
    assert_eq!(duplicate(&waiting.await.unwrap()).seq.get(), 3);
    assert_eq!(db.history(ticket).await.len(), 3);
}

#[tokio::test]
async fn a_ticket_locked_by_somebody_else_does_not_stall_its_batch() {
    let db = TestDb::open().await;
    let (busy, free) = (db.ticket().await, db.ticket().await);
    let other = db.another_admin().await;
    other
        .batch_execute(&format!(
            "begin; select 1 from support_tickets where id = '{busy}' for no key update"
        ))
        .await
        .unwrap();
    let batch = [
        message(busy, db.customer, "1"),
        message(free, db.customer, "2"),
        message(busy, db.customer, "3"),
    ];
    let answer = append(&db.store, &batch).await.unwrap();
    assert_eq!(answer.outcomes[0], Outcome::Busy);
    stored(&answer.outcomes[1]);
    assert_eq!(answer.outcomes[2], Outcome::Busy);
    // Writing a read position or a row with a foreign key takes a key-share lock on the ticket.
    // Such a lock must not stop other transactions from adding messages.
    other
        .batch_execute(&format!(
            "rollback; begin; select 1 from support_tickets where id = '{busy}' for key share"
        ))
        .await
        .unwrap();
    stored(&append(&db.store, &batch[..1]).await.unwrap().outcomes[0]);
}

#[tokio::test]
async fn a_poisoned_message_fails_its_batch_as_data_and_alone_when_split() {
    let db = TestDb::open().await;
    let ticket = db.ticket().await;
    let good = message(ticket, db.customer, "good");
    // The gateway assigns message ids, so a repeated id is a bug. The batch must fail as a whole,
    // so that the caller splits it.
    let bad = NewMessage {
        id: good.id,
        ..message(ticket, db.customer, "bad")
    };
    let whole = append(&db.store, &[good.clone(), bad.clone()]).await;
    assert!(matches!(whole, Err(StoreError::Data(_))), "{whole:?}");
    assert_eq!(
        db.history(ticket).await.len(),
        2,
        "a part of the batch was written"
    );
    stored(&db.send(good).await);
    let alone = append(&db.store, &[bad]).await;
    assert!(matches!(alone, Err(StoreError::Data(_))), "{alone:?}");
}

#[tokio::test]
async fn a_writer_who_has_not_seen_the_last_word_is_told_so() {
    let db = TestDb::open().await;
    let ticket = db.ticket().await;
    let based = |sender, seq| NewMessage {
        based_on: Some(Seq::new(seq)),
        ..message(ticket, sender, "based")
    };
    // The position of the last event is 2, both among all events and among public events. A
    // sender's own messages never make the sender's next message stale (refused because of newer
    // messages).
    stored(&db.send(message(ticket, db.customer, "3")).await);
    stored(&db.send(based(db.customer, 1)).await);
    assert_eq!(
        refused(&db.send(based(db.agent, 2)).await),
        (RejectCode::Stale, Some(4))
    );
    stored(&db.send(based(db.agent, 4)).await); // Event 5, and a status change: event 6.
    stored(&db.send(note(ticket, db.boss, "7, for staff alone")).await);
    assert_eq!(
        refused(&db.send(based(db.agent, 6)).await),
        (RejectCode::Stale, Some(7))
    );
    // The customer has seen the public events 1 to 6. The internal note has no public number, so
    // the customer has seen everything.
    let at = stored(&db.send(based(db.customer, 6)).await);
    assert_eq!(at.public_seq.map(Seq::get), Some(7));
    // Changes of a ticket's fields by other people do not make a message stale (refused because of
    // newer messages).
    db.sql("update support_tickets set priority = 'high'").await;
    stored(&db.send(based(db.customer, 7)).await);
    // Without `based_on`, a message is never refused as stale.
    stored(&db.send(message(ticket, db.agent, "insists")).await);
    db.history(ticket).await;
}

#[tokio::test]
async fn a_word_earlier_in_the_same_batch_counts_as_said() {
    let db = TestDb::open().await;
    let ticket = db.ticket().await;
    let based = |sender| NewMessage {
        based_on: Some(Seq::new(2)),
        ..message(ticket, sender, "based")
    };
    let answer = db
        .append(&[
            note(ticket, db.agent, "hush"),
            based(db.customer),
            based(db.boss),
            based(db.customer),
        ])
        .await;
    stored(&answer.outcomes[1]); // The customer does not see the note.
    assert_eq!(refused(&answer.outcomes[2]).0, RejectCode::Stale);
    stored(&answer.outcomes[3]); // The admin's message was not stored.
    db.history(ticket).await;
}

#[tokio::test]
async fn staff_write_as_customers_on_their_own_ticket() {
    let db = TestDb::open().await;
    let own = db.ticket_of(db.agent, "My own printer").await;
    let at = stored(&db.send(message(own, db.agent, "me")).await);
    assert_eq!(at.audience, Audience::Customer);
    assert_eq!(
        refused(&db.send(note(own, db.agent, "about me")).await).0,
        RejectCode::Forbidden
    );
    assert_eq!(
        db.ask::<i64>("select count(*) from support_messages where sender_type = 'customer'")
            .await,
        2
    );
}
