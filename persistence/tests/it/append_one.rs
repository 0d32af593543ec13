//! Tests that `support_append_one` has the same effects as `support_append_events` with a batch of
//! one message.

use std::collections::BTreeMap;

use helpline_core::ids::TicketId;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::test_db::user;
use crate::twins::{Message, Step, Twins};

fn code(answer: &Value) -> &str {
    answer["outcomes"][0]["code"]
        .as_str()
        .or(answer["code"].as_str())
        .unwrap()
}

const STATUSES: [&str; 7] = [
    "open",
    "in_progress",
    "waiting_on_customer",
    "waiting_on_admin",
    "escalated",
    "resolved",
    "closed",
];

#[tokio::test]
async fn one_message_is_appended_as_a_batch_of_one_whatever_the_ticket_is_like() {
    let mut twins = Twins::open().await;
    let (customer, agent, boss) = (twins.one.customer, twins.one.agent, twins.one.boss);
    let archived = "update support_tickets set archived_at = now() where id = '{}'";
    let answered = "update support_tickets set first_response_at = now() where id = '{}'";
    let assigned = format!("update support_tickets set assigned_to = '{boss}' where id = '{{}}'");
    for extra in ["", archived, answered, &assigned] {
        for status in STATUSES {
            if status == "closed" && extra == assigned {
                continue;
            }
            for (sender, internal) in [
                (customer, false),
                (agent, false),
                (agent, true),
                (customer, true),
                (twins.one.stranger, false),
            ] {
                let ticket = twins.ticket(status, extra).await;
                for wait in [true, false] {
                    let sent = Message {
                        wait,
                        internal,
                        ..twins.message(ticket, sender)
                    };
                    twins.send(&sent).await;
                }
            }
            twins.compare(&format!("{status} {extra}")).await;
        }
    }
}

#[tokio::test]
async fn one_message_is_recognised_by_its_key_and_sender_as_a_batch_of_one() {
    let mut twins = Twins::open().await;
    let (customer, agent, boss) = (twins.one.customer, twins.one.agent, twins.one.boss);
    let ticket = twins.ticket("in_progress", "").await;
    for sender in [customer, agent] {
        let first = twins.message(ticket, sender);
        assert_eq!(code(&twins.send(&first).await), "stored");
        let again = Message {
            id: twins.id(),
            ..first.clone()
        };
        assert_eq!(code(&twins.send(&again).await), "duplicate");
        let (other, note) = (
            Message {
                body: "others".into(),
                ..again.clone()
            },
            Message {
                internal: true,
                ..again.clone()
            },
        );
        assert_eq!(code(&twins.send(&other).await), "key_reused");
        assert_eq!(code(&twins.send(&note).await), "key_reused");
        let of_another = Message {
            id: twins.id(),
            sender: boss.uuid(),
            ..first.clone()
        };
        assert_eq!(code(&twins.send(&of_another).await), "stored");
        twins
            .step(&Step::Sql(format!(
                "update people set blocked_at = now() where id = '{sender}'"
            )))
            .await;
        assert_eq!(code(&twins.send(&again).await), "duplicate");
        let new = twins.message(ticket, sender);
        assert_eq!(code(&twins.send(&new).await), "blocked");
        twins
            .step(&Step::Sql("update people set blocked_at = null".into()))
            .await;
    }
    let unknown = twins.id();
    for (of, sender, expected) in [
        (unknown, customer, "not_found"),
        (ticket, twins.one.stranger, "not_found"),
        (ticket, user(99), "not_found"),
    ] {
        for wait in [true, false] {
            let sent = Message {
                wait,
                ..twins.message(of, sender)
            };
            assert_eq!(code(&twins.send(&sent).await), expected);
        }
    }
    // A person who has a role, but no row in `people` yet.
    let unnamed = user(77);
    twins
        .step(&Step::Sql(format!(
            "insert into user_roles (user_id, role) values ('{unnamed}', 'support_agent')"
        )))
        .await;
    let sent = twins.message(ticket, unnamed);
    assert_eq!(code(&twins.send(&sent).await), "stored");
    twins.compare("keys and senders").await;
}

#[tokio::test]
async fn what_the_tables_refuse_is_refused_under_the_same_constraint() {
    let mut twins = Twins::open().await;
    let (customer, agent) = (twins.one.customer, twins.one.agent);
    let ticket = twins.ticket("in_progress", "").await;
    let good = twins.message(ticket, agent);
    for bad in [
        Message {
            body: String::new(),
            ..good.clone()
        },
        Message {
            body: "x".repeat(16385),
            ..good.clone()
        },
        Message {
            key: "k".repeat(65),
            ..good.clone()
        },
        Message {
            attachments: json!({}),
            ..good.clone()
        },
        Message {
            user_agent: Some(Box::leak("u".repeat(401).into_boxed_str())),
            ..good.clone()
        },
    ] {
        assert_eq!(twins.send(&bad).await["code"], "23514");
    }
    assert_eq!(code(&twins.send(&good).await), "stored");
    let same_id = Message {
        key: "another".into(),
        ..good
    };
    assert_eq!(twins.send(&same_id).await["code"], "23505");
    let rich = Message {
        attachments: json!([{ "url": "https://example.org/a.png", "name": "a", "size": 3 }]),
        address: None,
        user_agent: None,
        ..twins.message(ticket, customer)
    };
    assert_eq!(code(&twins.send(&rich).await), "stored");
    twins.compare("refusals").await;
}

#[tokio::test]
async fn one_message_is_compared_with_what_its_sender_has_seen_as_a_batch_of_one() {
    let mut twins = Twins::open().await;
    let (customer, agent, boss) = (twins.one.customer, twins.one.agent, twins.one.boss);
    let ticket = twins.ticket("in_progress", "").await;
    let mut found = Vec::new();
    for (last, internal) in [(agent, false), (boss, true), (customer, false)] {
        let sent = Message {
            internal,
            ..twins.message(ticket, last)
        };
        twins.send(&sent).await;
        twins.step(&Step::Sql(format!("update support_tickets set priority = case priority when 'low' then 'high' else 'low' end where id = '{ticket}'"))).await;
        for sender in [customer, agent] {
            for based_on in 0..12 {
                let sent = Message {
                    based_on: Some(based_on),
                    ..twins.message(ticket, sender)
                };
                // Send each message in a transaction that is rolled back, so that every message
                // meets the same history.
                for db in [&twins.one, &twins.batch] {
                    db.sql("begin").await;
                }
                found.push(code(&twins.send(&sent).await).to_owned());
                for db in [&twins.one, &twins.batch] {
                    db.sql("rollback").await;
                }
            }
        }
    }
    for expected in ["stored", "stale"] {
        assert!(found.iter().any(|code| code == expected), "{found:?}");
    }
    twins.compare("based_on").await;
}

#[tokio::test]
async fn one_answer_assigns_its_ticket_as_a_batch_of_one() {
    let mut twins = Twins::open().await;
    let (customer, agent, boss) = (twins.one.customer, twins.one.agent, twins.one.boss);
    for value in ["true", "false"] {
        let set = format!(
            "insert into support_settings (name, value) values ('reply_assigns', '{value}') on conflict (name) do update set value = excluded.value"
        );
        twins.step(&Step::Sql(set)).await;
        for status in ["open", "in_progress", "escalated"] {
            let ticket = twins
                .ticket(
                    status,
                    "update support_tickets set first_response_at = now() where id = '{}'",
                )
                .await;
            for (sender, internal) in [
                (customer, false),
                (boss, true),
                (agent, false),
                (boss, false),
            ] {
                let sent = Message {
                    internal,
                    ..twins.message(ticket, sender)
                };
                twins.send(&sent).await;
            }
        }
    }
    let assigned = "select count(*) from support_tickets where assigned_to is not null";
    assert_eq!(twins.one.ask::<i64>(assigned).await, 3);
    twins.compare("reply_assigns").await;
}

/// Returns a random step: a message, or a change by plain SQL, as it could occur in production.
fn random_step(twins: &mut Twins, rng: &mut StdRng, tickets: &[Uuid]) -> Step {
    let people = [
        twins.one.customer,
        twins.one.agent,
        twins.one.boss,
        twins.one.stranger,
    ];
    let ticket = *tickets.choose(rng).unwrap();
    if rng.random_bool(0.75) {
        // In most cases, choose the ticket's customer or a member of staff.
        let sender = people[[0, 0, 0, 1, 1, 1, 2, 2, 3][rng.random_range(0..9)]];
        let mut sent = twins.message(ticket, sender);
        sent.wait = rng.random();
        sent.internal = rng.random_bool(0.2);
        sent.based_on = rng.random_bool(0.3).then(|| rng.random_range(0..60));
        if rng.random_bool(0.2) {
            sent.key = format!("key-{}", rng.random_range(0..8));
            sent.body = ["words", "other words"][rng.random_range(0..2)].into();
        }
        return Step::Send(sent);
    }
    let status = match rng.random_range(0..10) {
        0..4 => "in_progress",
        n => STATUSES[n - 3],
    };
    let (who, id, agent) = (people.choose(rng).unwrap(), twins.id(), people[1]);
    Step::Sql(match rng.random_range(0..12) {
        0..4 => format!("update support_tickets set status = '{status}' where id = '{ticket}' and status <> '{status}'"),
        4 => format!("update support_tickets set assigned_to = case when assigned_to is null then '{agent}'::uuid end where id = '{ticket}'"),
        5 => format!("update support_tickets set archived_at = now() where id = '{ticket}'"),
        6 => "update support_tickets set archived_at = null where archived_at is not null".into(),
        7 => format!("update people set blocked_at = now() where id = '{who}'"),
        8 => "update people set blocked_at = null where blocked_at is not null".into(),
        9 => format!(
            "insert into support_messages (id, ticket_id, sender_id, sender_type, body) values ('{id}', '{ticket}', '{}', 'customer', 'by psql')",
            people[0]
        ),
        10 => "insert into support_settings (name, value) values ('reply_assigns', 'true') on conflict (name) do update \
               set value = to_jsonb(support_settings.value = 'false')"
            .into(),
        _ => format!("set helpline.numbered = '{}'", ["on", "off"][rng.random_range(0..2)]),
    })
}

#[tokio::test]
async fn one_message_is_appended_as_a_batch_of_one_in_random_histories() {
    let seed: u64 = rand::random();
    println!("seed {seed}");
    let mut rng = StdRng::seed_from_u64(seed);
    let mut twins = Twins::open().await;
    let mut tickets = Vec::new();
    for _ in 0..6 {
        tickets.push(twins.ticket("open", "").await);
    }
    let mut codes = BTreeMap::new();
    for _ in 0..400 {
        let step = random_step(&mut twins, &mut rng, &tickets);
        let answer = twins.step(&step).await;
        if matches!(step, Step::Send(_)) {
            *codes.entry(code(&answer).to_owned()).or_insert(0) += 1;
        }
    }
    println!("{codes:?}");
    for ticket in tickets {
        twins.one.history(TicketId::new(ticket)).await;
    }
    twins.compare("random steps").await;
}
