//! Tests that legal holds keep what is under them, and that only admins set and release them.

use helpline_core::ids::{LegalHoldId, TicketId, UserId};
use helpline_core::reject::RejectCode;
use helpline_persistence::StoreError;
use helpline_persistence::legal_holds::{HoldScope, Listed, NewHold, list, release, set};
use helpline_persistence::tickets::{Redaction, redact};
use uuid::Uuid;

use crate::test_db::{TestDb, refusal, until};

async fn hold(db: &TestDb, who: UserId, scope: HoldScope) -> Result<LegalHoldId, StoreError> {
    let new = NewHold {
        id: LegalHoldId::new(Uuid::now_v7()),
        scope,
        reason: "A lawsuit".into(),
        review_at: None,
    };
    set(&db.store, &db.caller(who), new)
        .await
        .map(|(hold, _)| hold.id)
}

async fn refused(client: &tokio_postgres::Client, sql: &str) -> String {
    let error = client.batch_execute(sql).await.expect_err(sql);
    error.as_db_error().unwrap().message().to_owned()
}

async fn assert_kept(db: &TestDb, ticket: TicketId) {
    let redacted = redact(&db.store, &db.caller(db.boss), ticket, Redaction::Subject).await;
    assert_eq!(refusal(redacted), RejectCode::LegalHold);
    for sql in [
        format!("delete from support_tickets where id = '{ticket}'"),
        format!("delete from support_messages where ticket_id = '{ticket}'"),
        format!("update support_messages set redacted_at = now() where ticket_id = '{ticket}'"),
    ] {
        assert_eq!(refused(&db.admin, &sql).await, "legal_hold", "{sql}");
    }
}

#[tokio::test]
async fn a_hold_on_a_ticket_keeps_it_until_the_last_one_is_released() {
    let db = TestDb::open().await;
    let (ticket, other) = (db.ticket().await, db.ticket().await);
    let first = hold(&db, db.boss, HoldScope::Ticket(ticket)).await.unwrap();
    let second = hold(&db, db.boss, HoldScope::Ticket(ticket)).await.unwrap();
    assert_kept(&db, ticket).await;
    redact(&db.store, &db.caller(db.boss), other, Redaction::Subject)
        .await
        .unwrap();
    let lift = format!("update support_tickets set legal_hold = false where id = '{ticket}'");
    assert_eq!(refused(&db.admin, &lift).await, "legal_hold");
    let boss = db.caller(db.boss);
    let events = release(&db.store, &boss, first).await.unwrap();
    assert!(events.is_empty(), "the other hold keeps the ticket");
    assert_kept(&db, ticket).await;
    let events = release(&db.store, &boss, second).await.unwrap();
    assert_eq!(events.len(), 1);
    let again = release(&db.store, &boss, second).await;
    assert_eq!(refusal(again), RejectCode::Conflict);
    redact(&db.store, &boss, ticket, Redaction::Subject)
        .await
        .unwrap();
    let logged =
        "select count(*) from support_ticket_activity where description = 'legal hold changed'";
    assert_eq!(db.ask::<i64>(logged).await, 2);
    let rows: String = db
        .ask("select string_agg(action || ' ' || (detail ->> 'reason'), ', ' order by id) from access_log where action like 'legal_hold%'")
        .await;
    assert_eq!(
        rows,
        "legal_hold_set A lawsuit, legal_hold_set A lawsuit, legal_hold_released A lawsuit, legal_hold_released A lawsuit"
    );
}

#[tokio::test]
async fn a_hold_on_a_person_keeps_all_their_tickets_and_the_person() {
    let db = TestDb::open().await;
    let before = db.ticket_of(db.stranger, "Before").await;
    let id = hold(&db, db.boss, HoldScope::Person(db.stranger))
        .await
        .unwrap();
    let after = db.ticket_of(db.stranger, "After").await;
    assert_kept(&db, before).await;
    assert_kept(&db, after).await;
    let stranger = db.stranger;
    let delete = format!("delete from people where id = '{stranger}'");
    assert_eq!(refused(&db.admin, &delete).await, "legal_hold");
    let boss = db.caller(db.boss);
    release(&db.store, &boss, id).await.unwrap();
    redact(&db.store, &boss, after, Redaction::Subject)
        .await
        .unwrap();
}

#[tokio::test]
async fn only_admins_decide_about_holds_and_see_them() {
    let db = TestDb::open().await;
    let ticket = db.ticket().await;
    let own = db.ticket_of(db.boss, "My own").await;
    let id = hold(&db, db.boss, HoldScope::Ticket(ticket)).await.unwrap();
    for who in [db.agent, db.customer, db.stranger] {
        let set = hold(&db, who, HoldScope::Ticket(ticket)).await;
        assert_eq!(refusal(set), RejectCode::Forbidden);
        let released = release(&db.store, &db.caller(who), id).await;
        assert_eq!(refusal(released), RejectCode::Forbidden);
        let seen = list(&db.store, db.reader(who), Listed::All, None).await;
        assert!(seen.map_or(true, |seen| seen.is_empty()));
    }
    let on_own = hold(&db, db.boss, HoldScope::Ticket(own)).await;
    assert_eq!(refusal(on_own), RejectCode::Forbidden, "their own ticket");
    for missing in [
        HoldScope::Ticket(TicketId::new(Uuid::now_v7())),
        HoldScope::Person(UserId::new(Uuid::now_v7())),
    ] {
        let set = hold(&db, db.boss, missing).await;
        assert_eq!(refusal(set), RejectCode::NotFound);
    }
    let missing = LegalHoldId::new(Uuid::now_v7());
    let released = release(&db.store, &db.caller(db.boss), missing).await;
    assert_eq!(refusal(released), RejectCode::NotFound);
    let agent = db.session("helpline_staff", db.agent).await;
    for on in [true, false] {
        let free = db.ticket().await;
        let of = if on { free } else { ticket };
        let sql = format!("update support_tickets set legal_hold = {on} where id = '{of}'");
        assert_eq!(refused(&agent, &sql).await, "forbidden");
    }
    let no_reason = NewHold {
        id: missing,
        scope: HoldScope::Ticket(ticket),
        reason: String::new(),
        review_at: None,
    };
    let set = set(&db.store, &db.caller(db.boss), no_reason).await;
    assert_eq!(refusal(set), RejectCode::InvalidField);
}

#[tokio::test]
async fn admins_do_not_decide_about_holds_on_themselves() {
    let db = TestDb::open().await;
    let on_self = hold(&db, db.boss, HoldScope::Person(db.boss)).await;
    assert_eq!(refusal(on_self), RejectCode::Forbidden);
    let id = hold(&db, db.boss, HoldScope::Person(db.agent))
        .await
        .unwrap();
    db.sql(&format!(
        "update legal_holds set person_id = '{}' where id = '{id}'",
        db.boss
    ))
    .await;
    let released = release(&db.store, &db.caller(db.boss), id).await;
    assert_eq!(refusal(released), RejectCode::Forbidden);
}

#[tokio::test]
async fn a_hold_that_plain_sql_has_set_is_listed_and_outlasts_the_others() {
    let db = TestDb::open().await;
    let ticket = db.ticket().await;
    db.sql("update support_tickets set legal_hold = true").await;
    let boss = db.caller(db.boss);
    let open = async || {
        let all = list(&db.store, db.reader(db.boss), Listed::Open, None);
        all.await.unwrap()
    };
    let by_sql = open().await;
    assert_eq!((by_sql.len(), by_sql[0].ticket), (1, Some(ticket)));
    assert_eq!(by_sql[0].set_by, None);
    for _ in 0..2 {
        let id = hold(&db, db.boss, HoldScope::Ticket(ticket)).await.unwrap();
        release(&db.store, &boss, id).await.unwrap();
        assert_kept(&db, ticket).await;
    }
    db.sql("update support_tickets set legal_hold = false")
        .await;
    redact(&db.store, &boss, ticket, Redaction::Subject)
        .await
        .unwrap();
    assert_eq!(open().await, []);
    // An admin can release it as well. A ticket can also be created with the flag.
    let insert = "insert into support_tickets (user_id, subject, legal_hold) select id, 'Kept', true from people order by id limit 1";
    db.sql("update support_tickets set legal_hold = true").await;
    db.sql(insert).await;
    let both = open().await;
    assert_eq!(both.len(), 2);
    for hold in &both {
        release(&db.store, &boss, hold.id).await.unwrap();
    }
    let held = "select count(*) from support_tickets where legal_hold";
    assert_eq!((open().await.len(), db.ask::<i64>(held).await), (0, 0));
}

#[tokio::test]
async fn plain_sql_clears_only_what_plain_sql_has_set() {
    let db = TestDb::open().await;
    let ticket = db.ticket().await;
    hold(&db, db.boss, HoldScope::Ticket(ticket)).await.unwrap();
    let clear = "update support_tickets set legal_hold = false";
    assert_eq!(refused(&db.admin, clear).await, "legal_hold");
}

#[tokio::test]
async fn holds_are_listed_newest_first_in_pages() {
    let db = TestDb::open().await;
    let person = db.customer;
    db.sql(&format!(
        "insert into legal_holds (id, person_id, reason, set_at, released_at)
         select gen_random_uuid(), '{person}', n::text, now() + interval '1 second' * (n / 2), case when n % 5 = 0 then now() end from generate_series(1, 250) n"
    ))
    .await;
    for (which, count) in [(Listed::All, 250), (Listed::Open, 200)] {
        let (mut all, mut before) = (Vec::new(), None);
        loop {
            let page = list(&db.store, db.reader(db.boss), which, before)
                .await
                .unwrap();
            let Some(last) = page.last() else { break };
            before = Some(last.id);
            all.extend(page);
        }
        let mut ids: Vec<_> = all.iter().map(|hold| hold.id).collect();
        ids.sort();
        ids.dedup();
        assert_eq!((all.len(), ids.len()), (count, count));
        assert!(all.is_sorted_by_key(|hold| std::cmp::Reverse(hold.set_at)));
    }
}

#[tokio::test]
async fn a_hold_on_a_person_waits_for_a_redaction_of_a_message() {
    let db = TestDb::open_with_connections(4).await;
    let ticket = db.ticket().await;
    let message: Uuid = db
        .ask(&format!(
            "insert into support_messages (ticket_id, sender_id, sender_type, body) values ('{ticket}', '{}', 'customer', 'a secret') returning id",
            db.customer
        ))
        .await;
    db.sql(&format!(
        "begin; select support_redact_message('{ticket}', '{message}')"
    ))
    .await;
    let (result, ()) = tokio::join!(hold(&db, db.boss, HoldScope::Person(db.customer)), async {
        let waits = "select exists (select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock')";
        until("the hold waits", async || db.ask(waits).await).await;
        db.sql("commit").await;
    });
    result.unwrap();
    assert_kept(&db, ticket).await;
}

#[tokio::test]
async fn a_flag_that_plain_sql_has_cleared_belongs_to_the_next_hold() {
    let db = TestDb::open().await;
    let ticket = db.ticket().await;
    let boss = db.caller(db.boss);
    let flag = async |value: bool| {
        db.sql(&format!(
            "update support_tickets set legal_hold = {value} where id = '{ticket}'"
        ))
        .await;
    };
    let is_held = format!("select legal_hold from support_tickets where id = '{ticket}'");
    flag(true).await;
    let first = hold(&db, db.boss, HoldScope::Ticket(ticket)).await.unwrap();
    release(&db.store, &boss, first).await.unwrap();
    assert!(db.ask::<bool>(&is_held).await, "SQL had set it before");
    flag(false).await;
    let second = hold(&db, db.boss, HoldScope::Ticket(ticket)).await.unwrap();
    release(&db.store, &boss, second).await.unwrap();
    assert!(!db.ask::<bool>(&is_held).await);
}
