//! Sends every client frame as every kind of sender for every kind of ticket. The frames come from
//! `ClientFrame::TYPES` and the expected results from the access policy (who may do what). The test
//! fails for a new frame type that has no expected result in this test.

use std::time::Duration;

use helpline_core::actor::{Actor, Audience, StaffRole};
use helpline_core::ids::TicketId;
use helpline_core::policy::{self, DeskAction, TicketAction};
use helpline_core::protocol::ClientFrame;
use helpline_core::reject::RejectCode;
use helpline_core::ticket::{Status, TicketFacts};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::client::{Client, connect};
use crate::test_server::{Join, Person, TestServer};

/// The sender of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    Owner,
    Stranger,
    Agent,
    Admin,
    /// A member of staff who sends the frame for a ticket of which they are the customer.
    AgentOnOwn,
    Blocked,
    /// A connection that has not sent `hello`.
    Unknown,
}

const ALL: [Who; 7] = [
    Who::Owner,
    Who::Stranger,
    Who::Agent,
    Who::Admin,
    Who::AgentOnOwn,
    Who::Blocked,
    Who::Unknown,
];

/// The state of the ticket that a frame names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Open,
    Missing,
    Closed,
    Archived,
}

const EVERYTHING: [What; 4] = [What::Open, What::Missing, What::Closed, What::Archived];

/// The expected effect of a frame.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Expected {
    /// An answer frame of this type.
    Answer(&'static str),
    /// A refusal with this code.
    Refusal(RejectCode),
    /// A refusal with this reject code, and then a close with this close code.
    RefusalAndClose(RejectCode, u16),
    /// The sender gets no answer, but the ticket's subscribers receive the frame's content.
    Told,
    /// The sender gets no answer, and no subscriber receives anything.
    Nothing,
}

/// The variants of a frame of this type: for each, the frame, and whether it concerns an internal
/// note.
fn variants(kind: &str, ticket: TicketId, people: &People) -> Vec<(Value, bool)> {
    let key = Uuid::new_v4().to_string();
    match kind {
        "hello" => vec![(json!({ "type": kind, "token": people.owner.token }), false)],
        "subscribe" | "unsubscribe" => vec![(json!({ "type": kind, "ticket": ticket }), false)],
        "send" => vec![
            (
                json!({ "type": kind, "ticket": ticket, "key": key, "body": "x" }),
                false,
            ),
            (
                json!({ "type": kind, "ticket": ticket, "key": format!("n{key}"), "body": "x", "internal": true }),
                true,
            ),
        ],
        "typing" => vec![
            (json!({ "type": kind, "ticket": ticket, "on": true }), false),
            (
                json!({ "type": kind, "ticket": ticket, "on": true, "internal": true }),
                true,
            ),
        ],
        "read" => vec![(json!({ "type": kind, "ticket": ticket, "seq": 1 }), false)],
        "inbox" => vec![
            (json!({ "type": kind, "on": true }), false),
            (json!({ "type": kind, "on": false }), false),
        ],
        "token" => vec![(json!({ "type": kind, "token": "a.b.c" }), false)],
        "pong" => vec![(json!({ "type": kind }), false)],
        unknown => {
            panic!("{unknown:?} has no row: add how it is sent here, and the expected result below")
        }
    }
}

/// The expected result of a frame from a signed-in person.
fn expected(kind: &str, internal: bool, actor: &Actor, facts: Option<&TicketFacts>) -> Expected {
    let on_ticket = |action| match facts {
        None => Err(RejectCode::NotFound),
        Some(facts) => policy::decide(actor, action, facts).map_err(|reject| reject.code),
    };
    let answer = |decided: Result<Audience, RejectCode>, kind| {
        decided.map_or_else(Expected::Refusal, |_| Expected::Answer(kind))
    };
    match (kind, internal) {
        ("hello", _) => Expected::RefusalAndClose(RejectCode::HelloExpected, 4500),
        ("subscribe", _) => answer(on_ticket(TicketAction::Read), "subscribed"),
        // The answer to `unsubscribe` reveals nothing about the ticket, so no permission is
        // checked.
        ("unsubscribe", _) => Expected::Answer("ok"),
        ("send", false) => answer(on_ticket(TicketAction::Send), "ack"),
        ("send", true) => answer(on_ticket(TicketAction::SendNote), "ack"),
        // Typing and read positions are not part of the history and are best effort. They need only
        // the permission to read the ticket, even if it is closed or archived.
        ("typing", false) | ("read", _) => {
            on_ticket(TicketAction::Read).map_or(Expected::Nothing, |_| Expected::Told)
        }
        ("typing", true) => match on_ticket(TicketAction::Read) {
            Ok(Audience::Staff) => Expected::Told,
            Ok(Audience::Customer) | Err(_) => Expected::Nothing,
        },
        ("inbox", _) => match policy::decide_desk(actor, DeskAction::ListAll) {
            Ok(()) => Expected::Answer("ok"),
            Err(reject) => Expected::Refusal(reject.code),
        },
        // After a refused `token` frame, the old token remains valid and the connection stays open.
        ("token", _) => Expected::Refusal(RejectCode::NotAuthenticated),
        ("pong", _) => Expected::Nothing,
        (unknown, _) => panic!("{unknown:?} has no row"),
    }
}

struct People {
    owner: Person,
    stranger: Person,
    agent: Person,
    admin: Person,
    blocked: Person,
    /// A member of staff who observes what other clients receive.
    witness: Person,
}

impl People {
    async fn of(server: &TestServer) -> Self {
        let blocked = server.customer("Mallory Blocked");
        server.client(0, &blocked).await;
        server
            .sql()
            .await
            .execute(
                "update people set blocked_at = now() where id = $1",
                &[&blocked.id.uuid()],
            )
            .await
            .unwrap();
        Self {
            owner: server.customer("Ada Lovelace"),
            stranger: server.customer("Carl Sagan"),
            agent: server.staff("Ben Okafor", "support_agent").await,
            admin: server.staff("Cleo Duarte", "admin").await,
            blocked,
            witness: server.staff("Dora Witness", "support_agent").await,
        }
    }

    fn person(&self, who: Who) -> (&Person, Option<StaffRole>) {
        match who {
            Who::Owner | Who::Unknown => (&self.owner, None),
            Who::Stranger => (&self.stranger, None),
            Who::Agent | Who::AgentOnOwn => (&self.agent, Some(StaffRole::SupportAgent)),
            Who::Admin => (&self.admin, Some(StaffRole::Admin)),
            Who::Blocked => (&self.blocked, None),
        }
    }
}

/// Creates a ticket in this state. Returns its id and the facts that the access policy needs; a
/// missing ticket has no facts.
async fn ticket(
    sql: &tokio_postgres::Client,
    what: What,
    owner: &Person,
) -> (TicketId, Option<TicketFacts>) {
    if what == What::Missing {
        return (TicketId::new(Uuid::now_v7()), None);
    }
    let id = TicketId::new(Uuid::now_v7());
    let opened =
        "insert into support_tickets (id, user_id, subject) values ($1, $2, 'It does not work')";
    sql.execute(opened, &[&id.uuid(), &owner.id.uuid()])
        .await
        .unwrap();
    let said = "insert into support_messages (ticket_id, sender_id, sender_type, body) values ($1, $2, 'customer', 'Please help.')";
    sql.execute(said, &[&id.uuid(), &owner.id.uuid()])
        .await
        .unwrap();
    let (status, archived) = match what {
        What::Open | What::Missing => (Status::Open, false),
        What::Closed => (Status::Closed, false),
        What::Archived => (Status::Resolved, true),
    };
    if status != Status::Open {
        sql.execute(
            "update support_tickets set status = $2 where id = $1",
            &[&id.uuid(), &status.as_str()],
        )
        .await
        .unwrap();
    }
    if archived {
        sql.execute(
            "update support_tickets set archived_at = now() where id = $1",
            &[&id.uuid()],
        )
        .await
        .unwrap();
    }
    (
        id,
        Some(TicketFacts {
            id,
            owner: owner.id,
            status,
            archived,
        }),
    )
}

#[tokio::test]
async fn every_frame_from_everybody_on_every_ticket_gets_what_the_policy_says() {
    let server = TestServer::start_with(1, Join::Alone, |spec| {
        spec.env("HELPLINE_CONNECTIONS_PER_USER_MAX", "1000")
    })
    .await;
    let people = People::of(&server).await;
    let sql = server.sql().await;
    let everything = ALL
        .iter()
        .flat_map(|who| EVERYTHING.iter().map(|what| (*who, *what)));
    let trials = everything.map(async |(who, what)| {
        let mut tried = 0;
        for kind in ClientFrame::TYPES {
            tried += try_frame((&server, &sql, &people), who, what, kind).await;
        }
        tried
    });
    let tried: usize = futures_util::future::join_all(trials)
        .await
        .into_iter()
        .sum();
    assert!(
        tried >= ALL.len() * EVERYTHING.len() * ClientFrame::TYPES.len(),
        "the matrix has shrunk to {tried} cases"
    );
}

type Scene<'a> = (&'a TestServer, &'a tokio_postgres::Client, &'a People);

async fn try_frame((server, sql, people): Scene<'_>, who: Who, what: What, kind: &str) -> usize {
    let (person, role) = people.person(who);
    let owner = if matches!(who, Who::AgentOnOwn | Who::Blocked) {
        person
    } else {
        &people.owner
    };
    let owner = if who == Who::Agent || who == Who::Admin || who == Who::Stranger {
        &people.owner
    } else {
        owner
    };
    let (id, facts) = ticket(sql, what, owner).await;
    let url = server.gateways[0].ws_url();
    let mut tried = 0;
    for (frame, internal) in variants(kind, id, people) {
        let case = format!("{kind} (internal: {internal}) by {who:?} on {what:?}");
        let mut client = connect(&url, None).await.unwrap();
        let expected = match who {
            Who::Unknown if kind == "hello" => Expected::Answer("welcome"),
            Who::Unknown => Expected::RefusalAndClose(RejectCode::HelloExpected, 4500),
            // A blocked person is refused at `hello`, so no other frame can be tested.
            Who::Blocked => {
                let hello = json!({ "type": "hello", "token": person.token });
                check(
                    &mut client,
                    hello,
                    Expected::RefusalAndClose(RejectCode::Blocked, 4503),
                    &case,
                )
                .await;
                tried += 1;
                continue;
            }
            _ => {
                client = server.client(0, person).await;
                expected(
                    kind,
                    internal,
                    &Actor {
                        user: person.id,
                        role,
                    },
                    facts.as_ref(),
                )
            }
        };
        match expected {
            Expected::Told | Expected::Nothing => {
                let told = told_of(server, people, &mut client, id, facts.is_some(), frame).await;
                assert_eq!(told, expected == Expected::Told, "{case}");
            }
            answered => check(&mut client, frame, answered, &case).await,
        }
        tried += 1;
    }
    tried
}

fn has_answer(frame: &Value) -> bool {
    !matches!(frame["type"].as_str(), Some("typing" | "read" | "pong"))
}

async fn check(client: &mut Client, frame: Value, expected: Expected, case: &str) {
    let answer = if has_answer(&frame) {
        client.ask(frame).await
    } else {
        client.say(&frame).await;
        client
            .expect("a refusal without an id", |frame| frame["type"] == "error")
            .await
    };
    match expected {
        Expected::Answer(kind) => assert_eq!(answer["type"], kind, "{case}: {answer}"),
        Expected::Refusal(code) => assert_eq!(answer["code"], code.as_str(), "{case}: {answer}"),
        Expected::RefusalAndClose(code, close) => {
            assert_eq!(answer["code"], code.as_str(), "{case}: {answer}");
            assert_eq!(client.closed().await, Some(close), "{case}");
        }
        Expected::Told | Expected::Nothing => panic!("{case} has no answer to check"),
    }
}

/// Whether a frame that gets no answer reached a subscriber of the ticket. The sender first tries
/// to subscribe, as a client would.
async fn told_of(
    server: &TestServer,
    people: &People,
    client: &mut Client,
    ticket: TicketId,
    exists: bool,
    frame: Value,
) -> bool {
    let kind = frame["type"].clone();
    client
        .ask(json!({ "type": "subscribe", "ticket": ticket }))
        .await;
    let mut witness = server.client(0, &people.witness).await;
    if exists {
        witness.subscribe(ticket, None).await;
    }
    client.say(&frame).await;
    // The server answers `unsubscribe` only after it has handled the frame under test. Read
    // positions take longer to arrive, because the server writes them only every half second.
    client
        .ask(json!({ "type": "unsubscribe", "ticket": Uuid::nil() }))
        .await;
    let wait = if kind == "read" && exists { 900 } else { 60 };
    let told = witness.drain(Duration::from_millis(wait)).await;
    assert!(
        client
            .drain(Duration::from_millis(5))
            .await
            .iter()
            .all(|frame| frame["type"] != "error")
    );
    told.iter().any(|frame| frame["type"] == kind)
}

#[tokio::test]
async fn foreign_and_missing_tickets_are_told_apart_by_no_byte() {
    let server = TestServer::start(1, Join::Alone).await;
    let people = People::of(&server).await;
    let sql = server.sql().await;
    for kind in ClientFrame::TYPES
        .iter()
        .filter(|kind| !matches!(**kind, "hello" | "token" | "pong" | "inbox"))
    {
        let mut answers: Vec<Vec<String>> = Vec::new();
        for what in EVERYTHING {
            let (id, _) = ticket(&sql, what, &people.owner).await;
            let mut client = server.client(0, &people.stranger).await;
            for (frame, _) in variants(kind, id, &people) {
                if has_answer(&frame) {
                    drop(client.ask(frame).await)
                } else {
                    client.say(&frame).await
                }
            }
            client
                .ask(json!({ "type": "unsubscribe", "ticket": Uuid::nil() }))
                .await;
            client.drain(Duration::from_millis(60)).await;
            // Keep the bytes of all received frames except `welcome`.
            answers.push(
                client.transcript[1..]
                    .iter()
                    .map(|text| text.replace(&id.to_string(), "the ticket"))
                    .collect(),
            );
        }
        for (n, other) in answers.iter().enumerate() {
            assert_eq!(
                other, &answers[1],
                "{kind}: {:?} against missing",
                EVERYTHING[n]
            );
        }
    }
}
