//! Tests people, roles, and entries of the access log.

use std::time::{Duration, Instant};

use helpline_core::actor::StaffRole;
use helpline_core::ids::TicketId;
use helpline_core::reject::RejectCode;
use helpline_persistence::audit::{AccessRow, record};
use helpline_persistence::people::{AccessStatus, Identity, changed, follow, sign_in, sign_in_all};
use helpline_persistence::{StoreError, roles};

use crate::test_db::{TestDb, refusal, user};

#[tokio::test]
async fn signing_in_fills_in_what_the_token_says_and_keeps_the_rest() {
    let db = TestDb::open().await;
    let who = user(77);
    let say = async |email: Option<&str>, name: Option<&str>| {
        let identity = Identity {
            subject: who.into(),
            email: email.map(Into::into),
            name: name.map(Into::into),
        };
        sign_in(&db.store, &identity).await.unwrap()
    };
    let first = say(Some("n@example.org"), None).await;
    assert_eq!(
        (first.name.as_deref(), first.role, first.blocked),
        (None, None, false)
    );
    let second = say(None, Some("Nora New")).await;
    assert_eq!(
        (second.name.as_deref(), second.email.as_deref()),
        (Some("Nora New"), Some("n@example.org"))
    );
    let row_version = format!("select xmin::text from people where id = '{who}'");
    let before: String = db.ask(&row_version).await;
    say(None, Some("Nora New")).await;
    assert_eq!(
        db.ask::<String>(&row_version).await,
        before,
        "a mass reconnect rewrites nothing"
    );
    db.sql(&format!(
        "update people set blocked_at = now() where id = '{who}'"
    ))
    .await;
    assert_eq!(
        db.ask::<i64>("select count(*) from access_log where action = 'person_blocked'")
            .await,
        1
    );
}

#[tokio::test]
async fn whoever_would_no_longer_be_let_in_as_they_were_is_named() {
    let db = TestDb::open().await;
    let status = |user, role| AccessStatus { user, role };
    let (boss, agent) = (
        status(db.boss, Some(StaffRole::Admin)),
        status(db.agent, Some(StaffRole::SupportAgent)),
    );
    // `unknown` is a person who is not in the database, and counts as a customer.
    let (customer, unknown) = (status(db.customer, None), status(user(999), None));
    let all = [boss, customer, unknown, agent];
    assert_eq!(changed(&db.store, &all).await.unwrap(), []);
    let (was_more, was_less) = (
        status(db.customer, Some(StaffRole::Admin)),
        status(db.boss, None),
    );
    let differing = [was_less, boss, unknown, was_more, customer];
    let named = changed(&db.store, &differing).await.unwrap();
    assert!(
        named.len() == 2 && [was_less, was_more].iter().all(|one| named.contains(one)),
        "{named:?}"
    );
    db.sql(&format!(
        "update people set blocked_at = now() where id = '{}'",
        db.customer
    ))
    .await;
    db.sql(&format!(
        "delete from user_roles where user_id = '{}'",
        db.agent
    ))
    .await;
    let named = changed(&db.store, &all).await.unwrap();
    assert!(
        named.len() == 2 && [customer, agent].iter().all(|one| named.contains(one)),
        "{named:?}"
    );
}

#[tokio::test]
async fn a_crowd_signs_in_at_once_and_does_not_wait_for_the_one_whose_row_is_locked() {
    let db = TestDb::open().await;
    let identity = |n, name: &str| Identity {
        subject: user(n).into(),
        email: None,
        name: Some(name.into()),
    };
    sign_in(&db.store, &identity(500, "Locked")).await.unwrap();
    let locker = db.session("helpline_owner", db.boss).await;
    locker
        .batch_execute(&format!(
            "begin; select id from people where id = '{}' for update",
            user(500)
        ))
        .await
        .unwrap();
    // One person is twice in the batch, as if they signed in from two tabs. Both sign-ins must
    // succeed, and the person's row must be written once.
    let crowd: Vec<_> = (500..600)
        .chain([599])
        .map(|n| identity(n, "New name"))
        .collect();
    let people = sign_in_all(&db.store, &crowd).await.unwrap();
    let name_of = |n| {
        people
            .iter()
            .flatten()
            .find(|person| person.id == user(n))
            .and_then(|person| person.name.as_deref())
    };
    assert_eq!(
        (name_of(500), name_of(501), name_of(599)),
        (Some("Locked"), Some("New name"), Some("New name"))
    );
    locker.batch_execute("commit").await.unwrap();
    let again = sign_in(&db.store, &identity(500, "New name"))
        .await
        .unwrap();
    assert_eq!(
        again.name.as_deref(),
        Some("New name"),
        "the next sign-in reports it"
    );
    // An open transaction is inserting the row of a new person. A batch with this person must fail
    // quickly with `Busy`, so that the service can sign in the other people.
    locker
        .batch_execute(&format!(
            "begin; insert into people (id) values ('{}')",
            user(700)
        ))
        .await
        .unwrap();
    let begun = Instant::now();
    let busy = sign_in_all(&db.store, &[identity(700, "New"), identity(701, "New too")]).await;
    assert!(
        matches!(busy, Err(StoreError::Busy(_))) && begun.elapsed() < Duration::from_secs(2),
        "{busy:?}"
    );
    assert!(sign_in(&db.store, &identity(701, "New too")).await.is_ok());
}

#[tokio::test]
async fn an_agents_new_name_reaches_their_tickets() {
    let db = TestDb::open().await;
    let ticket = db.ticket().await;
    db.sql(&format!(
        "update support_tickets set assigned_to = '{}'",
        db.agent
    ))
    .await;
    let seen = async || {
        helpline_persistence::tickets::get_for_customer(&db.store, db.reader(db.customer), ticket)
            .await
            .unwrap()
            .unwrap()
    };
    assert_eq!(seen().await.assignee_name.as_deref(), Some("Anna"));
    sign_in(
        &db.store,
        &Identity {
            subject: db.agent.into(),
            email: None,
            name: Some("Annabel Agent".into()),
        },
    )
    .await
    .unwrap();
    while follow(&db.store).await.unwrap() {}
    assert_eq!(seen().await.assignee_name.as_deref(), Some("Annabel"));
}

#[tokio::test]
async fn admins_manage_roles_and_the_last_one_stays() {
    let db = TestDb::open().await;
    let (boss, agent) = (db.caller(db.boss), db.caller(db.agent));
    let newcomer = db.stranger;
    assert_eq!(
        refusal(roles::grant(&db.store, &agent, newcomer, StaffRole::SupportAgent).await),
        RejectCode::Forbidden
    );
    assert_eq!(
        refusal(roles::revoke(&db.store, &db.caller(db.customer), db.agent).await),
        RejectCode::Forbidden
    );
    roles::grant(&db.store, &boss, newcomer, StaffRole::SupportAgent)
        .await
        .unwrap();
    roles::grant(&db.store, &boss, newcomer, StaffRole::SupportAgent)
        .await
        .unwrap();
    let staff = roles::list(&db.store, db.reader(db.agent), None)
        .await
        .unwrap();
    assert_eq!(
        staff
            .iter()
            .map(|member| member.person.name.as_deref().unwrap())
            .collect::<Vec<_>>(),
        ["Anna Agent", "Boris Boss", "Stan Stranger"]
    );
    assert_eq!(
        refusal(roles::revoke(&db.store, &boss, db.boss).await),
        RejectCode::Conflict
    );
    assert_eq!(
        refusal(roles::grant(&db.store, &boss, db.boss, StaffRole::SupportAgent).await),
        RejectCode::Conflict
    );
    roles::grant(&db.store, &boss, newcomer, StaffRole::Admin)
        .await
        .unwrap();
    roles::revoke(&db.store, &boss, db.boss).await.unwrap();
    let log = "select string_agg(action || ' ' || coalesce(detail ->> 'role', ''), ', ' order by id) from access_log where user_id is not null";
    let expected = "role_granted support_agent, role_granted admin, role_revoked support_agent, role_revoked admin";
    assert_eq!(db.ask::<String>(log).await, expected);
    assert_eq!(
        db.ask::<i64>("select count(*) from access_log where host(ip_address) = '203.0.113.7'")
            .await,
        4
    );
}

#[tokio::test]
async fn access_rows_are_kept_as_given() {
    let db = TestDb::open().await;
    let row = AccessRow {
        user: Some(db.agent),
        action: "send_refused".into(),
        ticket: Some(TicketId::new(uuid::Uuid::now_v7())),
        refused: Some(RejectCode::TicketClosed),
        address: Some("2001:db8::1".parse().unwrap()),
        user_agent: None,
        detail: serde_json::json!({"n": 1}),
    };
    let before_sign_in = AccessRow {
        user: None,
        action: "sign_in_refused".into(),
        ticket: None,
        ..row.clone()
    };
    record(&db.store, &[row, before_sign_in]).await.unwrap();
    record(&db.store, &[]).await.unwrap();
    let kept = "select string_agg(concat_ws(' ', action, user_id, refused, host(ip_address), detail), ', ' order by id) from access_log \
                where refused is not null";
    let expected = format!(
        "send_refused {} ticket_closed 2001:db8::1 {{\"n\": 1}}, sign_in_refused ticket_closed 2001:db8::1 {{\"n\": 1}}",
        db.agent
    );
    assert_eq!(db.ask::<String>(kept).await, expected);
    // Only admins may read the access log: the agent sees no rows.
    for (who, rows) in [(db.agent, 0), (db.boss, 2)] {
        let session = db.session("helpline_staff", who).await;
        let seen: i64 = session
            .query_one(
                "select count(*) from access_log where refused is not null",
                &[],
            )
            .await
            .unwrap()
            .get(0);
        assert_eq!(seen, rows);
    }
}
