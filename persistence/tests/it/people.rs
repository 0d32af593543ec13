//! People, roles, read positions, and what goes to the access log.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use helpline_core::actor::{ActorType, Audience, StaffRole};
use helpline_core::ids::{Seq, TicketId};
use helpline_core::reject::RejectCode;
use helpline_persistence::audit::{AccessRow, record};
use helpline_persistence::people::{AccessStatus, Identity, changed, sign_in, sign_in_all};
use helpline_persistence::reads::{Mark, TicketPositionKey, mark, ticket_positions};
use helpline_persistence::{StoreError, roles};

use crate::desk::{Desk, message, note, refusal, stored, user};

#[tokio::test]
async fn signing_in_fills_in_what_the_token_says_and_keeps_the_rest() {
    let desk = Desk::open().await;
    let who = user(77);
    let say = async |email: Option<&str>, name: Option<&str>| {
        let identity = Identity {
            user: who,
            email: email.map(Into::into),
            name: name.map(Into::into),
        };
        sign_in(&desk.store, &identity).await.unwrap()
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
    let before: String = desk.ask(&row_version).await;
    say(None, Some("Nora New")).await;
    assert_eq!(
        desk.ask::<String>(&row_version).await,
        before,
        "a mass reconnect rewrites nothing"
    );
    desk.sql(&format!(
        "update people set blocked_at = now() where id = '{who}'"
    ))
    .await;
    assert_eq!(
        desk.ask::<i64>("select count(*) from access_log where action = 'person_blocked'")
            .await,
        1
    );
}

#[tokio::test]
async fn whoever_would_no_longer_be_let_in_as_they_were_is_named() {
    let desk = Desk::open().await;
    let status = |user, role| AccessStatus { user, role };
    let (boss, agent) = (
        status(desk.boss, Some(StaffRole::Admin)),
        status(desk.agent, Some(StaffRole::SupportAgent)),
    );
    // The second one is not in the database.
    let (customer, unknown) = (status(desk.customer, None), status(user(999), None));
    let all = [boss, customer, unknown, agent];
    assert_eq!(changed(&desk.store, &all).await.unwrap(), []);
    let (was_more, was_less) = (
        status(desk.customer, Some(StaffRole::Admin)),
        status(desk.boss, None),
    );
    let differing = [was_less, boss, unknown, was_more, customer];
    let named = changed(&desk.store, &differing).await.unwrap();
    assert!(
        named.len() == 2 && [was_less, was_more].iter().all(|one| named.contains(one)),
        "{named:?}"
    );
    desk.sql(&format!(
        "update people set blocked_at = now() where id = '{}'",
        desk.customer
    ))
    .await;
    desk.sql(&format!(
        "delete from user_roles where user_id = '{}'",
        desk.agent
    ))
    .await;
    let named = changed(&desk.store, &all).await.unwrap();
    assert!(
        named.len() == 2 && [customer, agent].iter().all(|one| named.contains(one)),
        "{named:?}"
    );
}

#[tokio::test]
async fn a_crowd_signs_in_at_once_and_does_not_wait_for_the_one_whose_row_is_locked() {
    let desk = Desk::open().await;
    let identity = |n, name: &str| Identity {
        user: user(n),
        email: None,
        name: Some(name.into()),
    };
    sign_in(&desk.store, &identity(500, "Locked"))
        .await
        .unwrap();
    let locker = desk.session("helpline_owner", desk.boss).await;
    locker
        .batch_execute(&format!(
            "begin; select id from people where id = '{}' for update",
            user(500)
        ))
        .await
        .unwrap();
    // The same person twice, as from two tabs: once is written.
    let crowd: Vec<_> = (500..600)
        .chain([599])
        .map(|n| identity(n, "New name"))
        .collect();
    let people = sign_in_all(&desk.store, &crowd).await.unwrap();
    let name_of = |n| {
        people
            .iter()
            .find(|person| person.id == user(n))
            .and_then(|person| person.name.as_deref())
    };
    assert_eq!(
        (name_of(500), name_of(501), name_of(599)),
        (Some("Locked"), Some("New name"), Some("New name"))
    );
    locker.batch_execute("commit").await.unwrap();
    let again = sign_in(&desk.store, &identity(500, "New name"))
        .await
        .unwrap();
    assert_eq!(
        again.name.as_deref(),
        Some("New name"),
        "the next sign-in tells it"
    );
    // A new person whom an open transaction is just writing: busy soon, so that the service can ask for the others without them.
    locker
        .batch_execute(&format!(
            "begin; insert into people (id) values ('{}')",
            user(700)
        ))
        .await
        .unwrap();
    let begun = Instant::now();
    let busy = sign_in_all(
        &desk.store,
        &[identity(700, "New"), identity(701, "New too")],
    )
    .await;
    assert!(
        matches!(busy, Err(StoreError::Busy(_))) && begun.elapsed() < Duration::from_secs(2),
        "{busy:?}"
    );
    assert!(
        sign_in(&desk.store, &identity(701, "New too"))
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn an_agents_new_name_reaches_their_tickets() {
    let desk = Desk::open().await;
    let ticket = desk.ticket().await;
    desk.sql(&format!(
        "update support_tickets set assigned_to = '{}'",
        desk.agent
    ))
    .await;
    let seen = async || {
        helpline_persistence::tickets::get_for_customer(
            &desk.store,
            desk.reader(desk.customer),
            ticket,
        )
        .await
        .unwrap()
        .unwrap()
    };
    assert_eq!(seen().await.assignee_name.as_deref(), Some("Anna"));
    sign_in(
        &desk.store,
        &Identity {
            user: desk.agent,
            email: None,
            name: Some("Annabel Agent".into()),
        },
    )
    .await
    .unwrap();
    assert_eq!(seen().await.assignee_name.as_deref(), Some("Annabel"));
}

#[tokio::test]
async fn admins_manage_roles_and_the_last_one_stays() {
    let desk = Desk::open().await;
    let (boss, agent) = (desk.caller(desk.boss), desk.caller(desk.agent));
    let newcomer = desk.stranger;
    assert_eq!(
        refusal(roles::grant(&desk.store, &agent, newcomer, StaffRole::SupportAgent).await),
        RejectCode::Forbidden
    );
    assert_eq!(
        refusal(roles::revoke(&desk.store, &desk.caller(desk.customer), desk.agent).await),
        RejectCode::Forbidden
    );
    roles::grant(&desk.store, &boss, newcomer, StaffRole::SupportAgent)
        .await
        .unwrap();
    roles::grant(&desk.store, &boss, newcomer, StaffRole::SupportAgent)
        .await
        .unwrap();
    let staff = roles::list(&desk.store, desk.reader(desk.agent))
        .await
        .unwrap();
    assert_eq!(
        staff
            .iter()
            .map(|person| person.name.as_deref().unwrap())
            .collect::<Vec<_>>(),
        ["Anna Agent", "Boris Boss", "Stan Stranger"]
    );
    assert_eq!(
        refusal(roles::revoke(&desk.store, &boss, desk.boss).await),
        RejectCode::Conflict
    );
    assert_eq!(
        refusal(roles::grant(&desk.store, &boss, desk.boss, StaffRole::SupportAgent).await),
        RejectCode::Conflict
    );
    roles::grant(&desk.store, &boss, newcomer, StaffRole::Admin)
        .await
        .unwrap();
    roles::revoke(&desk.store, &boss, desk.boss).await.unwrap();
    let log = "select string_agg(action || ' ' || coalesce(detail ->> 'role', ''), ', ' order by id) from access_log where user_id is not null";
    let expected = "role_granted support_agent, role_revoked support_agent, role_granted admin, role_revoked admin";
    assert_eq!(desk.ask::<String>(log).await, expected);
    assert_eq!(
        desk.ask::<i64>("select count(*) from access_log where host(ip_address) = '203.0.113.7'")
            .await,
        4
    );
}

#[tokio::test]
async fn marks_move_forward_alone_and_count_in_both_numberings() {
    let desk = Desk::open().await;
    let ticket = desk.ticket().await; // 1, 2
    stored(&desk.send(note(ticket, desk.agent, "3")).await);
    stored(
        &desk
            .send(message(ticket, desk.customer, "4, the customer's 3"))
            .await,
    );
    stored(&desk.send(note(ticket, desk.agent, "5")).await);
    let at = async |person, audience, seq| {
        mark(
            &desk.store,
            &[Mark {
                ticket,
                person,
                audience,
                seq: Seq::new(seq),
            }],
        )
        .await
        .unwrap()
    };
    let moved = at(desk.agent, Audience::Staff, 3).await;
    assert_eq!(
        (
            moved[0].seq.get(),
            moved[0].public_seq.get(),
            moved[0].person.kind
        ),
        (3, 2, ActorType::Admin)
    );
    assert_eq!(moved[0].person.name.as_deref(), Some("Anna Agent"));
    assert!(
        at(desk.agent, Audience::Staff, 2).await.is_empty(),
        "never back"
    );
    let moved = at(desk.customer, Audience::Customer, 3).await;
    assert_eq!(
        (
            moved[0].seq.get(),
            moved[0].public_seq.get(),
            moved[0].person.kind
        ),
        (4, 3, ActorType::Customer)
    );
    let moved = at(desk.agent, Audience::Staff, 1_000).await;
    assert_eq!(
        (moved[0].seq.get(), moved[0].public_seq.get()),
        (5, 3),
        "beyond the head counts as the head"
    );
    for (person, audience) in [
        (desk.stranger, Audience::Customer),
        (desk.stranger, Audience::Staff),
        (desk.customer, Audience::Staff),
    ] {
        assert!(
            at(person, audience, 3).await.is_empty(),
            "no right, no mark"
        );
    }
    let of = |reader, audience| TicketPositionKey {
        ticket,
        reader,
        audience,
    };
    let may = [
        of(desk.customer, Audience::Customer),
        of(desk.agent, Audience::Staff),
    ];
    let may_not = [
        of(desk.stranger, Audience::Customer),
        of(desk.customer, Audience::Staff),
        of(desk.agent, Audience::Customer),
    ];
    let found = ticket_positions(&desk.store, &[may_not.as_slice(), may.as_slice()].concat())
        .await
        .unwrap();
    let found: HashMap<_, _> = found
        .iter()
        .map(|(of, position)| (*of, position.reads.len()))
        .collect();
    assert_eq!(
        found,
        HashMap::from(may.map(|one| (one, 2))),
        "the database itself gives the position to no other reader"
    );
    let seen =
        helpline_persistence::tickets::get_for_staff(&desk.store, desk.reader(desk.agent), ticket)
            .await
            .unwrap()
            .unwrap();
    assert_eq!((seen.read_seq.get(), seen.seq.get()), (5, 5));
}

#[tokio::test]
async fn own_writes_are_read_and_those_of_others_are_not() {
    use helpline_persistence::tickets::{
        ListQuery, get_for_customer, get_for_staff, list_for_customer, list_for_staff,
    };
    let desk = Desk::open().await;
    let ticket = desk.ticket().await; // 1, 2
    let own = async || {
        get_for_customer(&desk.store, desk.reader(desk.customer), ticket)
            .await
            .unwrap()
            .unwrap()
    };
    let agents = async || {
        get_for_staff(&desk.store, desk.reader(desk.agent), ticket)
            .await
            .unwrap()
            .unwrap()
    };
    let positions = |read: Seq, head: Seq| (read.get(), head.get());
    assert_eq!(
        positions(own().await.read_seq, own().await.seq),
        (2, 2),
        "opened by themselves, nothing marked"
    );
    assert_eq!(
        positions(agents().await.read_seq, agents().await.seq),
        (0, 2)
    );
    stored(&desk.send(message(ticket, desk.agent, "an answer")).await);
    let answered = own().await;
    assert!(
        answered.read_seq.get() == 2 && answered.seq.get() > 2,
        "{answered:?}"
    );
    stored(
        &desk
            .send(message(
                ticket,
                desk.customer,
                "from another device, the answer unread",
            ))
            .await,
    );
    assert_eq!(
        own().await.read_seq.get(),
        2,
        "what came before an own message is not read by it"
    );
    mark(
        &desk.store,
        &[Mark {
            ticket,
            person: desk.agent,
            audience: Audience::Staff,
            seq: agents().await.seq,
        }],
    )
    .await
    .unwrap();
    stored(&desk.send(note(ticket, desk.agent, "a note")).await);
    let page = list_for_staff(
        &desk.store,
        desk.reader(desk.agent),
        &ListQuery {
            limit: 5,
            ..ListQuery::default()
        },
    )
    .await
    .unwrap();
    assert_eq!(
        positions(page.tickets[0].read_seq, page.tickets[0].seq),
        (agents().await.seq.get(), agents().await.seq.get())
    );
    let boss = get_for_staff(&desk.store, desk.reader(desk.boss), ticket)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        boss.read_seq.get(),
        0,
        "one of the staff has not read for another"
    );
    let page = list_for_customer(
        &desk.store,
        desk.reader(desk.customer),
        &ListQuery {
            limit: 5,
            ..ListQuery::default()
        },
    )
    .await
    .unwrap();
    assert_eq!(
        page.tickets[0],
        own().await,
        "lists and single tickets tell the same"
    );
    // The staff's own tickets count as a customer's.
    let asked = desk.ticket_of(desk.agent, "Mine").await;
    let mine = get_for_staff(&desk.store, desk.reader(desk.agent), asked)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(mine.read_seq, mine.seq);
}

#[tokio::test]
async fn access_rows_are_kept_as_given() {
    let desk = Desk::open().await;
    let row = AccessRow {
        user: Some(desk.agent),
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
    record(&desk.store, &[row, before_sign_in]).await.unwrap();
    record(&desk.store, &[]).await.unwrap();
    let kept = "select string_agg(concat_ws(' ', action, user_id, refused, host(ip_address), detail), ', ' order by id) from access_log \
                where refused is not null";
    let expected = format!(
        "send_refused {} ticket_closed 2001:db8::1 {{\"n\": 1}}, sign_in_refused ticket_closed 2001:db8::1 {{\"n\": 1}}",
        desk.agent
    );
    assert_eq!(desk.ask::<String>(kept).await, expected);
    // Only admins read it.
    for (who, rows) in [(desk.agent, 0), (desk.boss, 2)] {
        let session = desk.session("helpline_staff", who).await;
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

#[tokio::test]
async fn a_ticket_that_hundreds_have_read_names_those_who_have_read_furthest() {
    const READERS: i64 = 300;
    let desk = Desk::open().await;
    let ticket = desk.ticket().await;
    desk.sql(&format!(
        "insert into support_read_positions (ticket_id, person_id, seq, public_seq)
         select '{ticket}', gen_random_uuid(), n, n from generate_series(1, {READERS}) n"
    ))
    .await;
    let asked = TicketPositionKey {
        ticket,
        reader: desk.agent,
        audience: Audience::Staff,
    };
    let found = ticket_positions(&desk.store, &[asked]).await.unwrap();
    let furthest: Vec<u64> = found[&asked]
        .reads
        .iter()
        .map(|read| read.seq.get())
        .collect();
    let first = READERS as u64 - helpline_core::limits::READERS_MAX as u64 + 1;
    assert_eq!(furthest, (first..=READERS as u64).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_head_that_makes_no_sense_hides_no_other() {
    let desk = Desk::open().await;
    let (odd, good) = (desk.ticket().await, desk.ticket().await);
    desk.sql(&format!(
        "update support_ticket_heads set seq = -1 where ticket_id = '{odd}'"
    ))
    .await;
    let heads = helpline_persistence::history::heads(&desk.store, &[odd, good])
        .await
        .unwrap();
    assert_eq!(
        heads.iter().map(|heads| heads.ticket).collect::<Vec<_>>(),
        [good]
    );
    let opened = helpline_persistence::tickets::access_of_all(&desk.store, &[odd, good])
        .await
        .unwrap();
    assert_eq!(
        opened.iter().filter(|(_, opened)| opened.is_some()).count(),
        1
    );
}
