//! Tests that an edit keeps the old text for staff, and that a redaction removes the text
//! everywhere.

use helpline_core::body::Body;
use helpline_core::history::Kind;
use helpline_core::reject::RejectCode;
use helpline_persistence::history::{self, Span};
use helpline_persistence::messages::{edit, redact};

use crate::test_db::{TestDb, message, note, refusal, stored};

fn body(text: &str) -> Body {
    Body::parse(text).unwrap()
}

#[tokio::test]
async fn an_edit_is_the_writers_own_and_keeps_the_old_text_for_staff_alone() {
    let db = TestDb::open().await;
    let ticket = db.ticket().await;
    let sent = message(ticket, db.customer, "first wording");
    stored(&db.send(sent.clone()).await);
    let try_edit = async |who, text: &str| {
        edit(&db.store, &db.caller(who), ticket, sent.id, &body(text)).await
    };
    assert_eq!(
        refusal(try_edit(db.stranger, "x").await),
        RejectCode::NotFound
    );
    assert_eq!(
        refusal(try_edit(db.agent, "x").await),
        RejectCode::Forbidden
    );
    let rows = try_edit(db.customer, "second wording").await.unwrap();
    assert_eq!(
        (rows.len(), rows[0].kind, rows[0].old_value.as_deref()),
        (1, Kind::MessageEdited, Some("first wording"))
    );
    assert_eq!(rows[0].message.as_ref().unwrap().body, "second wording");
    assert!(
        try_edit(db.customer, "second wording")
            .await
            .unwrap()
            .is_empty()
    );
    let page = history::page_for_customer(
        &db.store,
        db.reader(db.customer),
        ticket,
        Span::Before(None),
        50,
    )
    .await
    .unwrap();
    let seen = page.events.last().unwrap();
    assert_eq!((seen.kind, &seen.old_value), (Kind::MessageEdited, &None));
    db.sql("update support_tickets set status = 'closed'").await;
    assert_eq!(
        refusal(try_edit(db.customer, "third").await),
        RejectCode::TicketClosed
    );
}

#[tokio::test]
async fn a_note_is_edited_and_redacted_unseen_by_the_customer() {
    let db = TestDb::open().await;
    let ticket = db.ticket().await;
    let hidden = note(ticket, db.agent, "hush");
    stored(&db.send(hidden.clone()).await);
    let missing = edit(
        &db.store,
        &db.caller(db.customer),
        ticket,
        hidden.id,
        &body("x"),
    )
    .await;
    assert_eq!(refusal(missing), RejectCode::NotFound);
    assert_eq!(
        refusal(redact(&db.store, &db.caller(db.customer), ticket, hidden.id).await),
        RejectCode::NotFound
    );
    let rows = edit(
        &db.store,
        &db.caller(db.agent),
        ticket,
        hidden.id,
        &body("hush, hush"),
    )
    .await
    .unwrap();
    assert_eq!((rows[0].kind, rows[0].public_seq), (Kind::NoteEdited, None));
    let rows = redact(&db.store, &db.caller(db.boss), ticket, hidden.id)
        .await
        .unwrap();
    assert_eq!(
        (rows[0].kind, rows[0].public_seq),
        (Kind::NoteRedacted, None)
    );
    db.history(ticket).await;
}

/// Lists the tables in which any column, read as text, contains a given word.
const FIND: &str = "select coalesce(string_agg(c.table_name, ',' order by c.table_name), '') from (
  select table_name, query_to_xml(format('select * from %I', table_name), true, false, '')::text as content
  from information_schema.tables where table_schema = 'helpline' and table_type = 'BASE TABLE') c
  where c.content like '%xyzzy%'";

#[tokio::test]
async fn a_redaction_leaves_no_trace_of_the_secret_in_any_column_of_any_table() {
    let db = TestDb::open().await;
    let mut new = db.new_ticket("A secret slipped in");
    new.description = body("my password is xyzzy");
    let caller = db.caller(db.customer);
    let ticket = helpline_persistence::tickets::create(&db.store, &caller, &new)
        .await
        .unwrap()
        .id;
    let mut sent = message(ticket, db.customer, "it is xyzzy indeed");
    let file = db.upload(db.customer, Some(ticket), "xyzzy.txt").await;
    sent.attachments.push(file);
    stored(&db.send(sent.clone()).await);
    edit(&db.store, &caller, ticket, sent.id, &body("no, xyzzy2"))
        .await
        .unwrap();
    edit(&db.store, &caller, ticket, sent.id, &body("forget xyzzy"))
        .await
        .unwrap();
    assert_eq!(
        db.ask::<String>(FIND).await,
        "support_messages,support_ticket_activity,uploads"
    );

    assert_eq!(
        refusal(redact(&db.store, &db.caller(db.agent), ticket, sent.id).await),
        RejectCode::Forbidden
    );
    let rows = redact(&db.store, &caller, ticket, sent.id).await.unwrap();
    let gone = rows[0].message.as_ref().unwrap();
    assert_eq!(
        (
            rows.len(),
            rows[0].kind,
            gone.body.as_str(),
            gone.attachments.len()
        ),
        (1, Kind::MessageRedacted, "", 0)
    );
    assert!(
        redact(&db.store, &caller, ticket, sent.id)
            .await
            .unwrap()
            .is_empty(),
        "twice writes nothing"
    );
    redact(&db.store, &db.caller(db.boss), ticket, new.message)
        .await
        .unwrap();
    assert_eq!(
        db.ask::<String>(FIND).await,
        "",
        "the secret is still stored"
    );
    // The redaction must also remove the messages' `key_digest` (a digest of the text and
    // attachments), because a short secret could be guessed from its digest.
    assert_eq!(
        db.ask::<i64>("select count(*) from support_messages where key_digest is not null")
            .await,
        0
    );
    assert_eq!(
        db.ask::<i64>("select count(*) from support_tickets where key_digest is not null")
            .await,
        0
    );
    assert_eq!(
        refusal(edit(&db.store, &caller, ticket, sent.id, &body("x")).await),
        RejectCode::Redacted
    );
    // A retry of a message that was redacted must still be recognized as a duplicate.
    let again = db.append(&[sent]).await;
    assert!(
        matches!(
            again.outcomes[0],
            helpline_persistence::messages::Outcome::Duplicate(_)
        ),
        "{:?}",
        again.outcomes
    );
    db.history(ticket).await;
}
