//! Tests opening, changing, rating, listing and finding tickets as the service does it.

use helpline_core::actor::Audience;
use helpline_core::history::Kind;
use helpline_core::ids::{TicketId, TicketNumber, TicketRef};
use helpline_core::reject::RejectCode;
use helpline_core::ticket::{Category, Priority, Status};
use helpline_persistence::tickets::{self, Assignee, ListQuery, Patch};
use helpline_persistence::{Reader, StoreError};
use uuid::Uuid;

use crate::test_db::{TestDb, message, note, refusal, stored, until};

#[tokio::test]
async fn opening_a_ticket_writes_its_first_two_rows_and_a_retry_gives_them_again() {
    let db = TestDb::open().await;
    let new = db.new_ticket("Opened once");
    let caller = db.caller(db.customer);
    let first = tickets::create(&db.store, &caller, &new).await.unwrap();
    assert!(!first.duplicate);
    assert_eq!(
        first
            .rows
            .iter()
            .map(|row| row.kind.as_str())
            .collect::<Vec<_>>(),
        ["created", "message_added"]
    );
    let mut retry = db.new_ticket("Opened once");
    retry.key = new.key.clone();
    let second = tickets::create(&db.store, &caller, &retry).await.unwrap();
    assert!(second.duplicate);
    assert_eq!((second.id, &second.rows), (first.id, &first.rows));
    retry.subject = helpline_core::body::Subject::parse("Something else").unwrap();
    assert_eq!(
        refusal(tickets::create(&db.store, &caller, &retry).await),
        RejectCode::KeyReused
    );
    assert_eq!(
        db.ask::<i64>("select count(*) from support_tickets").await,
        1
    );
    assert_eq!(
        db.ask::<Option<String>>("select host(ip_address) from support_tickets")
            .await
            .as_deref(),
        Some("203.0.113.7")
    );
    assert_eq!(
        db.ask::<i64>("select count(*) from support_ticket_activity where user_agent = 'it/1'")
            .await,
        2
    );
}

#[tokio::test]
async fn a_retried_opening_that_overlaps_the_first_opens_nothing_twice() {
    let db = TestDb::open().await;
    let new = db.new_ticket("Opened once");
    let first = db.session("helpline_customer", db.customer).await;
    let insert = "insert into support_tickets (user_id, subject, key) values";
    first
        .batch_execute(&format!(
            "begin; {insert} ('{}', 'Opened once', '{}')",
            db.customer,
            new.key.as_str()
        ))
        .await
        .unwrap();
    let (store, caller) = (db.store.clone(), db.caller(db.customer));
    let waiting =
        tokio::spawn(async move { tickets::create(&store, &caller, &new).await.unwrap() });
    until("the retry waits for the first", async || {
        db.ask::<i64>("select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'").await == 1
    })
    .await;
    first.batch_execute("commit").await.unwrap();
    let retried = waiting.await.unwrap();
    assert!(retried.duplicate);
    assert_eq!(
        db.ask::<i64>("select count(*) from support_tickets").await,
        1
    );
    assert_eq!(retried.rows, db.history(retried.id).await);
}

#[tokio::test]
async fn a_change_is_judged_by_the_side_of_its_doer() {
    let db = TestDb::open().await;
    let ticket = db.ticket().await;
    let (customer, agent, stranger) = (
        db.caller(db.customer),
        db.caller(db.agent),
        db.caller(db.stranger),
    );
    let change = async |caller, patch| tickets::change(&db.store, caller, ticket, patch).await;
    let status = |status| Patch {
        status: Some(status),
        ..Patch::default()
    };
    let priority = Patch {
        priority: Some(Priority::Urgent),
        ..Patch::default()
    };

    assert_eq!(
        refusal(change(&stranger, status(Status::Closed)).await),
        RejectCode::NotFound
    );
    assert_eq!(
        refusal(change(&customer, priority).await),
        RejectCode::Forbidden
    );
    assert_eq!(
        refusal(change(&customer, status(Status::Resolved)).await),
        RejectCode::InvalidTransition
    );
    let to_customer = Patch {
        assigned_to: Some(Assignee::Agent(db.stranger)),
        ..Patch::default()
    };
    assert_eq!(
        refusal(change(&agent, to_customer).await),
        RejectCode::InvalidField
    );

    let all = Patch {
        status: Some(Status::Escalated),
        priority: Some(Priority::Urgent),
        category: Some(Category::Billing),
        assigned_to: Some(Assignee::Agent(db.agent)),
        if_assigned_to: None,
    };
    let rows = change(&agent, all).await.unwrap();
    let kinds: Vec<_> = rows.iter().map(|row| row.kind.as_str()).collect();
    assert_eq!(
        kinds,
        [
            "escalated",
            "priority_changed",
            "category_changed",
            "assigned"
        ]
    );
    assert_eq!(rows[3].public_new_value.as_deref(), Some("Anna"));
    assert_eq!(rows[3].new_value, Some(db.agent.to_string()));
    assert!(
        change(&agent, all).await.unwrap().is_empty(),
        "nothing changed, nothing written"
    );

    // The agent may change the status, but `stranger` cannot be an assignee. The whole change must
    // be refused, including the status.
    let half = Patch {
        status: Some(Status::Open),
        assigned_to: Some(Assignee::Agent(db.stranger)),
        ..Patch::default()
    };
    assert_eq!(
        refusal(change(&agent, half).await),
        RejectCode::InvalidField
    );
    assert_eq!(
        change(&customer, status(Status::Closed)).await.unwrap()[0]
            .kind
            .as_str(),
        "closed"
    );
    let reopened = change(&customer, status(Status::Open)).await.unwrap();
    assert_eq!(
        (reopened[0].kind.as_str(), reopened[0].old_value.as_deref()),
        ("reopened", Some("closed"))
    );
    let unassign = Patch {
        assigned_to: Some(Assignee::Unassigned),
        ..Patch::default()
    };
    assert_eq!(
        change(&agent, unassign).await.unwrap()[0].kind.as_str(),
        "unassigned"
    );
    db.history(ticket).await;
}

#[tokio::test]
async fn only_the_customer_rates_and_only_what_is_over() {
    let db = TestDb::open().await;
    let ticket = db.ticket().await;
    let rate = async |caller, points, comment| {
        tickets::rate(&db.store, &db.caller(caller), ticket, points, comment).await
    };
    assert_eq!(
        refusal(rate(db.customer, 5, None).await),
        RejectCode::NotRatable
    );
    db.sql("update support_tickets set status = 'resolved'")
        .await;
    assert_eq!(
        refusal(rate(db.agent, 5, None).await),
        RejectCode::Forbidden
    );
    assert_eq!(
        refusal(rate(db.stranger, 5, None).await),
        RejectCode::NotFound
    );
    assert_eq!(
        refusal(rate(db.customer, 6, None).await),
        RejectCode::InvalidField
    );
    let rows = rate(db.customer, 4, Some("quick")).await.unwrap();
    assert_eq!(
        (rows[0].kind.as_str(), rows[0].new_value.as_deref()),
        ("rated", Some("4"))
    );
    assert!(
        rate(db.customer, 4, Some("quick"))
            .await
            .unwrap()
            .is_empty()
    );
    let seen = tickets::get_for_customer(&db.store, db.reader(db.customer), ticket)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        seen.rating.unwrap().satisfaction_comment.as_deref(),
        Some("quick")
    );
}

#[tokio::test]
async fn a_ticket_is_opened_by_id_or_number_and_looks_as_its_reader_may_see_it() {
    let db = TestDb::open().await;
    let ticket = db.ticket().await;
    stored(&db.send(note(ticket, db.agent, "hush")).await);
    let by_id = tickets::access(&db.store, &TicketRef::Id(ticket))
        .await
        .unwrap()
        .unwrap();
    let number = TicketNumber::parse("TKT-1").unwrap();
    let by_number = tickets::access(&db.store, &TicketRef::Number(number))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(by_id, by_number);
    assert_eq!(
        (
            by_id.heads.seq.get(),
            by_id.heads.public_seq.get(),
            by_id.facts.owner
        ),
        (3, 2, db.customer)
    );

    let staff = tickets::get_for_staff(&db.store, db.reader(db.agent), ticket)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (staff.seq.get(), staff.customer_name.as_deref()),
        (3, Some("Carla Customer"))
    );
    assert_eq!(staff.customer_email.as_deref(), Some("carla@example.org"));
    let customer = tickets::get_for_customer(&db.store, db.reader(db.customer), ticket)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(customer.seq.get(), 2);
    assert!(
        customer.last_activity_at < staff.last_activity_at,
        "a note changed what the customer sees"
    );
    assert_eq!(
        tickets::get_for_customer(&db.store, db.reader(db.stranger), ticket)
            .await
            .unwrap(),
        None
    );
    // A customer who reads as staff must get no tickets: using the staff database role does not
    // make a person a member of staff.
    let pretender = Reader {
        user: db.stranger,
        audience: Audience::Staff,
    };
    assert_eq!(
        tickets::get_for_staff(&db.store, pretender, ticket)
            .await
            .unwrap(),
        None
    );
    assert_eq!(
        tickets::summaries(&db.store, &[ticket]).await.unwrap()[0]
            .seq
            .get(),
        3
    );
}

#[tokio::test]
async fn an_archived_ticket_is_read_only() {
    let db = TestDb::open().await;
    let ticket = db.ticket().await;
    let sent = message(ticket, db.customer, "before");
    db.append(std::slice::from_ref(&sent)).await;
    db.sql("update support_tickets set status = 'closed'; update support_tickets set archived_at = now()").await;
    let patch = Patch {
        priority: Some(Priority::High),
        ..Patch::default()
    };
    let refused = tickets::change(&db.store, &db.caller(db.agent), ticket, patch).await;
    assert_eq!(refusal(refused), RejectCode::TicketArchived);
    let refused = db.send(note(ticket, db.agent, "late")).await;
    assert!(
        matches!(
            refused,
            helpline_persistence::messages::Outcome::Refused {
                code: RejectCode::TicketArchived,
                ..
            }
        ),
        "{refused:?}"
    );
    let refused: Result<_, StoreError> =
        tickets::rate(&db.store, &db.caller(db.customer), ticket, 5, None).await;
    assert_eq!(refusal(refused), RejectCode::TicketArchived);
    // A message can be redacted even on an archived ticket.
    let rows =
        helpline_persistence::messages::redact(&db.store, &db.caller(db.customer), ticket, sent.id)
            .await
            .unwrap();
    assert_eq!(rows[0].kind.as_str(), "message_redacted");
}

#[tokio::test]
async fn changes_in_one_transaction_happen_together() {
    let db = TestDb::open_with_connections(1).await;
    let ticket = db.ticket_of(db.customer, "Together").await;
    let agent = db.caller(db.agent);
    let assign = Patch {
        assigned_to: Some(Assignee::Agent(db.agent)),
        ..Patch::default()
    };
    let resolve = Patch {
        status: Some(Status::Resolved),
        ..Patch::default()
    };
    let written = "select count(*) from support_ticket_activity";
    let before: i64 = db.ask(written).await;

    let mut dropped = db.store.begin().await.unwrap();
    tickets::change(&mut dropped, &agent, ticket, assign)
        .await
        .unwrap();
    drop(dropped);
    assert_eq!(
        db.ask::<i64>(written).await,
        before,
        "uncommitted changes are visible"
    );

    let mut refused = db.store.begin().await.unwrap();
    tickets::change(&mut refused, &agent, ticket, assign)
        .await
        .unwrap();
    let unknown = tickets::change(&mut refused, &agent, TicketId::new(Uuid::nil()), resolve).await;
    assert!(
        matches!(unknown, Err(StoreError::Refused { .. })),
        "{unknown:?}"
    );
    let committed = refused.commit().await;
    assert!(
        committed.is_err(),
        "a transaction with a refused change cannot be committed: {committed:?}"
    );
    assert_eq!(
        db.ask::<i64>(written).await,
        before,
        "one refused change undoes the others"
    );

    let mut together = db.store.begin().await.unwrap();
    assert_eq!(
        tickets::change(&mut together, &agent, ticket, assign)
            .await
            .unwrap(),
        [],
        "the commit returns the events"
    );
    tickets::change(
        &mut together,
        &db.caller(db.customer),
        ticket,
        Patch::default(),
    )
    .await
    .unwrap();
    tickets::change(&mut together, &agent, ticket, resolve)
        .await
        .unwrap();
    let rows = together.commit().await.unwrap();
    let kinds: Vec<_> = rows.iter().map(|row| row.kind).collect();
    assert_eq!(kinds, [Kind::Assigned, Kind::Resolved]);
    assert!(rows.iter().all(|row| row.ticket == ticket) && rows[0].seq < rows[1].seq);
    let (known, customer) = (db.new_ticket("Known"), db.caller(db.customer));
    let first = tickets::create(&db.store, &customer, &known).await.unwrap();
    let mut again = db.store.begin().await.unwrap();
    let created = tickets::create(&mut again, &customer, &known)
        .await
        .expect("the pool has no second connection");
    assert!(created.duplicate && created.id == first.id && created.rows.is_empty());
    assert_eq!(again.commit().await.unwrap(), []);
    // The commit must have returned the pool's only connection, without a person's role.
    assert!(db.store.ping().await.is_ok());
    let own = tickets::list_for_customer(
        &db.store,
        db.reader(db.stranger),
        &ListQuery {
            limit: 5,
            ..ListQuery::default()
        },
    )
    .await;
    assert!(own.unwrap().tickets.is_empty());
}
