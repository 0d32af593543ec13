//! Tests that a secret can be removed from every field that people write to, except while the
//! ticket has a legal hold.

use helpline_core::actor::Audience;
use helpline_core::history::{HistoryRow, Kind};
use helpline_core::ids::{Seq, TicketId};
use helpline_core::reject::RejectCode;
use helpline_persistence::history::{self, Span};
use helpline_persistence::messages::redact;
use helpline_persistence::{Reader, tickets};
use tokio_postgres::Client;

use crate::test_db::{TestDb, message, refusal, stored};

const FIND: &str = "select coalesce(string_agg(c.table_name, ','), '') from (
  select table_name, query_to_xml(format('select * from %I', table_name), true, false, '')::text as content
  from information_schema.tables where table_schema = 'helpline' and table_type = 'BASE TABLE') c
  where c.content ilike '%xyzzy%'";

async fn refused(session: &Client, sql: &str) -> String {
    let error = session.batch_execute(sql).await.expect_err(sql);
    error.as_db_error().unwrap().message().to_owned()
}

impl TestDb {
    async fn hold(&self, on: bool) {
        self.sql(&format!("update support_tickets set legal_hold = {on}"))
            .await;
    }
}

#[tokio::test]
async fn nothing_is_redacted_under_a_legal_hold_and_everything_may_be_after_it() {
    let db = TestDb::open().await;
    let ticket = db.ticket().await;
    let said = message(ticket, db.customer, "I did it: xyzzy");
    stored(&db.send(said.clone()).await);
    db.hold(true).await;
    for who in [db.customer, db.boss] {
        assert_eq!(
            refusal(redact(&db.store, &db.caller(who), ticket, said.id).await),
            RejectCode::LegalHold
        );
    }
    // Under a legal hold, even an administrator of the database must not be able to remove a
    // message's text, with any of these statements.
    for sql in [
        format!("select support_redact_message('{ticket}', '{}')", said.id),
        "update support_messages set redacted_at = now()".into(),
        "delete from support_messages".into(),
        "delete from support_tickets".into(),
        format!("select support_redact_subject('{ticket}')"),
        format!("select support_redact_rating('{ticket}')"),
        format!("select support_redact_event('{ticket}', 1)"),
    ] {
        assert_eq!(refused(&db.admin, &sql).await, "legal_hold", "{sql}");
    }
    assert!(db.ask::<String>(FIND).await.contains("support_messages"));
    // Under a legal hold, messages can still be sent and edited; an edit keeps the old text. After
    // the hold is lifted, the redaction must work.
    stored(&db.send(message(ticket, db.customer, "more")).await);
    db.hold(false).await;
    redact(&db.store, &db.caller(db.boss), ticket, said.id)
        .await
        .unwrap();
    assert_eq!(db.ask::<String>(FIND).await, "");
}

/// Creates a ticket with a secret in every field except its messages.
async fn secrets(db: &TestDb) -> TicketId {
    let mut new = db.new_ticket("The password is xyzzy");
    new.description = helpline_core::body::Body::parse("see above").unwrap();
    let caller = db.caller(db.customer);
    let ticket = tickets::create(&db.store, &caller, &new).await.unwrap().id;
    let agent = db.session("helpline_staff", db.agent).await;
    for sql in [
        "update support_tickets set subject = 'The password was xyzzy'",
        "update support_tickets set metadata = '{\"password\": \"xyzzy\"}'",
        "update support_tickets set metadata = '{}'",
        "update support_tickets set status = 'resolved'",
    ] {
        agent.batch_execute(sql).await.unwrap();
    }
    for (points, comment) in [(2, "xyzzy was leaked"), (1, "xyzzy was leaked, really")] {
        tickets::rate(&db.store, &caller, ticket, points, Some(comment))
            .await
            .unwrap();
    }
    agent
        .batch_execute(&format!(
            "select log_ticket_activity('{ticket}', 'called', 'xyzzy', 'plugh xyzzy', 'told them: xyzzy', '{{\"said\": \"xyzzy\"}}')"
        ))
        .await
        .unwrap();
    ticket
}

#[tokio::test]
async fn an_admin_removes_a_secret_from_subject_rating_and_logged_events() {
    for archived in [false, true] {
        let db = TestDb::open().await;
        let ticket = secrets(&db).await;
        if archived {
            db.sql("update support_tickets set archived_at = now()")
                .await;
        }
        let rows = db.history(ticket).await;
        let logged: Vec<_> = rows
            .iter()
            .filter(|row| {
                row.kind == Kind::Logged && row.description.as_deref() != Some("subject changed")
            })
            .map(|row| row.seq.get())
            .collect();
        let mut steps = vec![
            format!("select helpline.support_redact_subject('{ticket}')"),
            format!("select helpline.support_redact_rating('{ticket}')"),
        ];
        for seq in logged {
            steps.push(format!(
                "select helpline.support_redact_event('{ticket}', {seq})"
            ));
        }
        for who in [db.agent, db.customer] {
            let session = db.session("helpline_staff", who).await;
            for step in &steps {
                let code = refused(&session, step).await;
                assert!(code == "forbidden" || code == "not_found", "{step}: {code}");
            }
        }
        let boss = db.session("helpline_staff", db.boss).await;
        for step in &steps {
            boss.batch_execute(step)
                .await
                .unwrap_or_else(|error| panic!("{step}: {error:?}"));
        }
        assert_eq!(db.ask::<String>(FIND).await, "", "archived: {archived}");
        let subject: String = db.ask("select subject from support_tickets").await;
        let rating: Option<i32> = db
            .ask("select satisfaction_rating from support_tickets")
            .await;
        assert_eq!((subject.as_str(), rating), ("[redacted]", Some(1)));
        // The events must keep their numbers, and new events must say what was removed and by whom.
        let after = db.history(ticket).await;
        assert!(after.len() > rows.len());
        let receipts: Vec<_> = after[rows.len()..]
            .iter()
            .map(|row| {
                (
                    row.actor == Some(db.boss),
                    row.kind,
                    row.description.clone().unwrap_or_default(),
                )
            })
            .collect();
        assert!(
            receipts.iter().all(|(by_boss, kind, text)| *by_boss
                && *kind == Kind::Logged
                && text.contains("redacted")),
            "{receipts:?}"
        );
        assert!(
            after[rows.len()..]
                .iter()
                .all(HistoryRow::is_redaction_receipt)
        );
        let reader = Reader {
            user: db.customer,
            audience: Audience::Customer,
        };
        let page =
            history::page_for_customer(&db.store, reader, ticket, Span::After(Seq::ZERO), 50).await;
        assert!(page.is_ok(), "{page:?}");
    }
}

#[tokio::test]
async fn only_what_a_person_wrote_can_be_removed_from_a_history() {
    let db = TestDb::open().await;
    let ticket = secrets(&db).await;
    let boss = db.session("helpline_staff", db.boss).await;
    for row in db.history(ticket).await {
        if row.kind != Kind::Logged && row.kind != Kind::Rated {
            let sql = format!("select support_redact_event('{ticket}', {})", row.seq.get());
            assert_eq!(refused(&boss, &sql).await, "invalid_field", "{}", row.kind);
        }
    }
    for sql in [
        format!("select support_redact_event('{ticket}', 999)"),
        format!(
            "select support_redact_event('{}', 1)",
            TicketId::new(uuid::Uuid::nil())
        ),
        format!(
            "select support_redact_subject('{}')",
            TicketId::new(uuid::Uuid::nil())
        ),
    ] {
        assert_eq!(refused(&boss, &sql).await, "not_found", "{sql}");
    }
    // An admin is the customer of a ticket that they opened themselves, so they must not redact it.
    let own = db.ticket_of(db.boss, "Mine").await;
    let sql = format!("select support_redact_subject('{own}')");
    assert_eq!(refused(&boss, &sql).await, "forbidden");
    // If the ticket has no comment to remove, no event must be written.
    let other = db.ticket().await;
    let before = db.history(other).await.len();
    boss.batch_execute(&format!("select support_redact_rating('{other}')"))
        .await
        .unwrap();
    assert_eq!(db.history(other).await.len(), before);
}
