//! Demo data: a few tickets with messages. Every write has an idempotency key, so another start of
//! `helpline dev` does not write the tickets again.

use helpline_core::actor::Actor;
use helpline_core::body::{Body, Subject};
use helpline_core::ids::{Key, MessageId, TicketId};
use helpline_core::reject::RejectCode;
use helpline_core::ticket::{Category, Priority, Status};
use helpline_persistence::messages::{self, NewMessage};
use helpline_persistence::tickets::{self, Assignee, NewTicket, Patch};
use helpline_persistence::{Caller, Pooler, Settings, Store, StoreError, people as persisted};
use uuid::Uuid;

use super::people::{self, DemoPerson};

const CONNECTIONS: usize = 2;

struct Story {
    customer: &'static str,
    subject: &'static str,
    category: Category,
    priority: Priority,
    description: &'static str,
    said: &'static [Line],
    agent: &'static str,
    ends: Option<Status>,
}

enum Line {
    Agent(&'static str),
    Customer(&'static str),
    Note(&'static str),
}

const STORIES: &[Story] = &[
    Story {
        customer: "Ada",
        subject: "The export stops after page 20",
        category: Category::Technical,
        priority: Priority::High,
        description: "Every export of more than 20 pages ends there, without a message. It worked last week.",
        said: &[
            Line::Agent("Thank you, I can see it here too. Which browser do you use?"),
            Line::Customer("Firefox, the newest. Chromium does the same."),
            Line::Note("Looks like the new page limit of the export job. Asked the team."),
            Line::Agent("We have found the cause; a fix is on its way today."),
        ],
        agent: "Grace",
        ends: None,
    },
    Story {
        customer: "Ada",
        subject: "Invoice for March has the old address",
        category: Category::Billing,
        priority: Priority::Medium,
        description: "We moved in February. Could you issue it again?",
        said: &[Line::Agent("Of course: the new invoice is in your mail.")],
        agent: "Alan",
        ends: Some(Status::Resolved),
    },
    Story {
        customer: "Carl",
        subject: "Could the list remember its filters?",
        category: Category::FeatureRequest,
        priority: Priority::Low,
        description: "I set the same three filters each morning.",
        said: &[],
        agent: "Alan",
        ends: None,
    },
    Story {
        customer: "Carl",
        subject: "Someone signed in from a place that I do not know",
        category: Category::Security,
        priority: Priority::Urgent,
        description: "I got a mail about a sign-in at 3 in the night. That was not me.",
        said: &[
            Line::Agent("I have ended all other sessions. Please change your password now."),
            Line::Customer("Done. What happens next?"),
        ],
        agent: "Grace",
        ends: Some(Status::Escalated),
    },
];

/// Signs in every demo person once and writes the demo tickets that do not exist yet.
pub async fn fill(database_url: &str) -> Result<(), StoreError> {
    let store = Store::connect(Settings {
        url: database_url.to_owned(),
        connections_max: CONNECTIONS,
        pooler: Pooler::Session,
    })
    .await?;
    for person in people::ALL {
        persisted::sign_in(&store, &person.identity()).await?;
    }
    for (n, story) in STORIES.iter().enumerate() {
        write(&store, n, story).await?;
    }
    Ok(())
}

async fn write(store: &Store, n: usize, story: &Story) -> Result<(), StoreError> {
    let (customer, agent) = (demo(story.customer), demo(story.agent));
    let new = NewTicket {
        id: TicketId::new(Uuid::now_v7()),
        message: MessageId::new(Uuid::now_v7()),
        key: key(&format!("demo-{n}")),
        subject: Subject::parse(story.subject).expect("our own subjects are well-formed"),
        category: story.category,
        priority: story.priority,
        description: body(story.description),
        attachments: Vec::new(),
        metadata: serde_json::Map::new(),
    };
    let created = match tickets::create(store, &caller(customer), &new).await {
        // The ticket exists with another text, written by an older version of `helpline dev`: keep
        // it.
        Err(StoreError::Refused {
            code: RejectCode::KeyReused,
            ..
        }) => return Ok(()),
        created => created?,
    };
    if created.duplicate {
        return Ok(());
    }
    let ticket = created.id;
    let assign = Patch {
        assigned_to: Some(Assignee::Agent(agent.id)),
        ..Patch::default()
    };
    if !story.said.is_empty() {
        tickets::change(store, &caller(agent), ticket, assign).await?;
    }
    for (place, line) in story.said.iter().enumerate() {
        let (sender, text, internal) = match line {
            Line::Agent(text) => (agent, text, false),
            Line::Customer(text) => (customer, text, false),
            Line::Note(text) => (agent, text, true),
        };
        let message = NewMessage {
            id: MessageId::new(Uuid::now_v7()),
            ticket,
            sender: sender.id,
            key: key(&format!("demo-{n}-{place}")),
            body: body(text),
            internal,
            attachments: Vec::new(),
            based_on: None,
            address: None,
            user_agent: None,
        };
        messages::append_waiting(store, &[message]).await?;
    }
    if let Some(status) = story.ends {
        tickets::change(
            store,
            &caller(agent),
            ticket,
            Patch {
                status: Some(status),
                ..Patch::default()
            },
        )
        .await?;
    }
    Ok(())
}

fn demo(name: &str) -> &'static DemoPerson {
    people::named(name).expect("the stories are about demo people")
}

fn caller(person: &DemoPerson) -> Caller {
    Caller {
        actor: Actor {
            user: person.id,
            role: person.role,
        },
        address: None,
        user_agent: None,
    }
}

fn key(text: &str) -> Key {
    Key::parse(text).expect("our own keys are well-formed")
}

fn body(text: &str) -> Body {
    Body::parse(text).expect("our own texts are well-formed")
}
