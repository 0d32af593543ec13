//! Edits keep the old text for staff; a redaction leaves no trace of it.

use helpline_core::body::Body;
use helpline_core::history::Kind;
use helpline_core::reject::RejectCode;
use helpline_persistence::history::{self, Span};
use helpline_persistence::messages::{edit, redact};

use crate::desk::{Desk, message, note, refusal, stored};

fn body(text: &str) -> Body {
    Body::parse(text).unwrap()
}

#[tokio::test]
async fn an_edit_is_the_writers_own_and_keeps_the_old_text_for_staff_alone() {
    let desk = Desk::open().await;
    let ticket = desk.ticket().await;
    let sent = message(ticket, desk.customer, "first wording");
    stored(&desk.send(sent.clone()).await);
    let try_edit = async |who, text: &str| {
        edit(&desk.store, &desk.caller(who), ticket, sent.id, &body(text)).await
    };
    assert_eq!(
        refusal(try_edit(desk.stranger, "x").await),
        RejectCode::NotFound
    );
    assert_eq!(
        refusal(try_edit(desk.agent, "x").await),
        RejectCode::Forbidden
    );
    let rows = try_edit(desk.customer, "second wording").await.unwrap();
    assert_eq!(
        (rows.len(), rows[0].kind, rows[0].old_value.as_deref()),
        (1, Kind::MessageEdited, Some("first wording"))
    );
    assert_eq!(rows[0].message.as_ref().unwrap().body, "second wording");
    assert!(
        try_edit(desk.customer, "second wording")
            .await
            .unwrap()
            .is_empty()
    );
    let page = history::page_for_customer(
        &desk.store,
        desk.reader(desk.customer),
        ticket,
        Span::Before(None),
        50,
    )
    .await
    .unwrap();
    let seen = page.events.last().unwrap();
    assert_eq!((seen.kind, &seen.old_value), (Kind::MessageEdited, &None));
    desk.sql("update support_tickets set status = 'closed'")
        .await;
    assert_eq!(
        refusal(try_edit(desk.customer, "third").await),
        RejectCode::TicketClosed
    );
}

#[tokio::test]
async fn a_note_is_edited_and_redacted_unseen_by_the_customer() {
    let desk = Desk::open().await;
    let ticket = desk.ticket().await;
    let hidden = note(ticket, desk.agent, "hush");
    stored(&desk.send(hidden.clone()).await);
    let missing = edit(
        &desk.store,
        &desk.caller(desk.customer),
        ticket,
        hidden.id,
        &body("x"),
    )
    .await;
    assert_eq!(refusal(missing), RejectCode::NotFound);
    assert_eq!(
        refusal(redact(&desk.store, &desk.caller(desk.customer), ticket, hidden.id).await),
        RejectCode::NotFound
    );
    let rows = edit(
        &desk.store,
        &desk.caller(desk.agent),
        ticket,
        hidden.id,
        &body("hush, hush"),
    )
    .await
    .unwrap();
    assert_eq!((rows[0].kind, rows[0].public_seq), (Kind::NoteEdited, None));
    let rows = redact(&desk.store, &desk.caller(desk.boss), ticket, hidden.id)
        .await
        .unwrap();
    assert_eq!(
        (rows[0].kind, rows[0].public_seq),
        (Kind::NoteRedacted, None)
    );
    desk.history(ticket).await;
}

/// Every table's every column as text: where does a word stand?
const FIND: &str = "select coalesce(string_agg(c.table_name, ','), '') from (
  select table_name, query_to_xml(format('select * from %I', table_name), true, false, '')::text as content
  from information_schema.tables where table_schema = 'helpline' and table_type = 'BASE TABLE') c
  where c.content like '%xyzzy%'";

#[tokio::test]
async fn a_redaction_leaves_no_trace_of_the_secret_in_any_column_of_any_table() {
    let desk = Desk::open().await;
    let mut new = desk.new_ticket("A secret slipped in");
    new.description = body("my password is xyzzy");
    let caller = desk.caller(desk.customer);
    let ticket = helpline_persistence::tickets::create(&desk.store, &caller, &new)
        .await
        .unwrap()
        .id;
    let mut sent = message(ticket, desk.customer, "it is xyzzy indeed");
    sent.attachments.push(helpline_core::body::Attachment {
        id: uuid::Uuid::now_v7(),
        name: "xyzzy.txt".into(),
        content_type: "text/plain".into(),
        size_bytes: 5,
    });
    stored(&desk.send(sent.clone()).await);
    edit(&desk.store, &caller, ticket, sent.id, &body("no, xyzzy2"))
        .await
        .unwrap();
    edit(&desk.store, &caller, ticket, sent.id, &body("forget xyzzy"))
        .await
        .unwrap();
    assert_eq!(
        desk.ask::<String>(FIND).await,
        "support_messages,support_ticket_activity"
    );

    assert_eq!(
        refusal(redact(&desk.store, &desk.caller(desk.agent), ticket, sent.id).await),
        RejectCode::Forbidden
    );
    let rows = redact(&desk.store, &caller, ticket, sent.id).await.unwrap();
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
        redact(&desk.store, &caller, ticket, sent.id)
            .await
            .unwrap()
            .is_empty(),
        "twice writes nothing"
    );
    redact(&desk.store, &desk.caller(desk.boss), ticket, new.message)
        .await
        .unwrap();
    assert_eq!(
        desk.ask::<String>(FIND).await,
        "",
        "a trace of the secret is left"
    );
    // A digest of a short secret would give it away by guessing.
    assert_eq!(
        desk.ask::<i64>("select count(*) from support_messages where key_digest is not null")
            .await,
        0
    );
    assert_eq!(
        desk.ask::<i64>("select count(*) from support_tickets where key_digest is not null")
            .await,
        0
    );
    assert_eq!(
        refusal(edit(&desk.store, &caller, ticket, sent.id, &body("x")).await),
        RejectCode::Redacted
    );
    // The retry of a redacted send is still that send.
    let again = desk.append(&[sent]).await;
    assert!(
        matches!(
            again.outcomes[0],
            helpline_persistence::messages::Outcome::Duplicate(_)
        ),
        "{:?}",
        again.outcomes
    );
    desk.history(ticket).await;
}
