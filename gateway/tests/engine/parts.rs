//! The components that these tests use, and a ticket with events to deliver.

use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::time::{Duration, Instant};

use helpline_core::actor::{Actor, Audience, StaffRole};
use helpline_core::body::{Body, Subject};
use helpline_core::ids::{Key, MessageId, Seq, TicketId, UserId};
use helpline_core::ticket::{Category, Priority};
use helpline_gateway::connections::{Connection, ConnectionRegistry, SendQueue};
use helpline_gateway::live::access_check::AccessCheck;
use helpline_gateway::live::commit_signal::CommitSignal;
use helpline_gateway::live::epoch::CurrentEpoch;
use helpline_gateway::live::gaps::GapFiller;
use helpline_gateway::live::inbox::Inbox;
use helpline_gateway::live::presence::Presence;
use helpline_gateway::live::relay::Relay;
use helpline_gateway::live::resets::Resets;
use helpline_gateway::live::rooms::Rooms;
use helpline_gateway::live::sweep_signal::SweepSignal;
use helpline_gateway::live::{Hub, Membership};
use helpline_gateway::runtime::lifecycle::Lifecycle;
use helpline_persistence::history::Heads;
use helpline_persistence::people::{self, Identity, Person};
use helpline_persistence::{Caller, Pooler, Settings, Store, bootstrap, sweep, tickets};
use helpline_rig::testing::Database;
use serde_json::Value;
use uuid::Uuid;

use crate::kit::databases;

pub struct Parts {
    pub hub: Arc<Hub>,
    pub store: Store,
    pub lifecycle: Lifecycle,
    pub ticket: TicketId,
    pub agent: Person,
    _database: Database,
}

impl Parts {
    /// Creates the components, and a ticket with this many notes by an agent.
    pub async fn start(notes: usize) -> Self {
        let database = databases::fresh().await;
        let (owner, agent) = (UserId::new(Uuid::now_v7()), UserId::new(Uuid::now_v7()));
        bootstrap::grant(&database.admin_url(), &[(agent, StaffRole::SupportAgent)])
            .await
            .unwrap();
        let store = Store::connect(Settings {
            url: database.runtime_url(),
            connections_max: 4,
            pooler: Pooler::Session,
        })
        .await
        .unwrap();
        let sign_in = |user: UserId| Identity {
            subject: user.into(),
            email: None,
            name: Some("Someone".to_owned()),
        };
        people::sign_in(&store, &sign_in(owner)).await.unwrap();
        let agent = people::sign_in(&store, &sign_in(agent)).await.unwrap();
        let ticket = ticket(&store, owner).await;
        for n in 0..notes {
            helpline_persistence::messages::append_waiting(&store, &[note(ticket, agent.id, n)])
                .await
                .unwrap();
        }
        let (hub, lifecycle) = hub(&store).await;
        Self {
            hub,
            store,
            lifecycle,
            ticket,
            agent,
            _database: database,
        }
    }

    pub async fn heads(&self) -> Heads {
        helpline_persistence::history::heads(&self.store, &[self.ticket])
            .await
            .unwrap()[0]
    }

    pub fn connection(&self, id: u64) -> Arc<Connection> {
        Arc::new(Connection {
            id,
            person: self.agent.clone(),
            address: None,
            user_agent: None,
            send_queue: SendQueue::default(),
            awaited_acks: AtomicU32::new(0),
        })
    }

    /// Adds a member to the ticket's room. The member has seen the history up to `seen`, and is
    /// sent every new event.
    pub fn join_live(&self, connection: &Arc<Connection>, seen: Seq) -> Membership {
        let heads = Heads {
            ticket: self.ticket,
            seq: seen,
            public_seq: Seq::ZERO,
        };
        let joined = self.hub.join(connection, Audience::Staff, &heads);
        joined.room.go_live(&joined.position, seen, || {});
        joined.membership
    }
}

async fn hub(store: &Store) -> (Arc<Hub>, Lifecycle) {
    let lifecycle = Lifecycle::default();
    let epoch = Arc::new(CurrentEpoch::new(
        sweep::sweep(store, None).await.unwrap().epoch,
    ));
    let (rooms, relay) = (Arc::new(Rooms::default()), Arc::new(Relay::alone()));
    let inbox = Arc::new(Inbox::new(Arc::clone(&relay)));
    let presence = Arc::new(Presence::new(
        Uuid::now_v7(),
        Arc::clone(&rooms),
        Arc::clone(&relay),
        Arc::clone(&inbox),
    ));
    let resets = Arc::new(Resets {
        rooms: Arc::clone(&rooms),
        relay: Arc::clone(&relay),
        presence: Arc::clone(&presence),
        epoch,
    });
    let registry = Arc::new(ConnectionRegistry::new(10));
    let hub = Hub {
        inbox,
        gaps: GapFiller::new(store.clone(), Arc::clone(&resets), lifecycle.clone()),
        access_check: AccessCheck::new(store.clone(), registry, lifecycle.clone()),
        sweep: SweepSignal::default(),
        commits: CommitSignal::default(),
        rooms,
        relay,
        presence,
        resets,
    };
    (Arc::new(hub), lifecycle)
}

async fn ticket(store: &Store, owner: UserId) -> TicketId {
    let new = tickets::NewTicket {
        id: TicketId::new(Uuid::now_v7()),
        message: MessageId::new(Uuid::now_v7()),
        key: Key::parse(Uuid::now_v7().to_string()).unwrap(),
        subject: Subject::parse("It does not work").unwrap(),
        category: Category::General,
        priority: Priority::Medium,
        description: Body::parse("At all.".to_owned()).unwrap(),
        attachments: Vec::new(),
        metadata: serde_json::Map::new(),
    };
    let caller = Caller {
        actor: Actor {
            user: owner,
            role: None,
        },
        address: None,
        user_agent: None,
    };
    tickets::create(store, &caller, &new).await.unwrap().id
}

fn note(ticket: TicketId, sender: UserId, n: usize) -> helpline_persistence::messages::NewMessage {
    helpline_persistence::messages::NewMessage {
        id: MessageId::new(Uuid::now_v7()),
        ticket,
        sender,
        key: Key::parse(Uuid::now_v7().to_string()).unwrap(),
        body: Body::parse(format!("Note {n}")).unwrap(),
        internal: true,
        attachments: Vec::new(),
        based_on: None,
        address: None,
        user_agent: None,
    }
}

/// Waits until the connection's send queue has delivered `count` events. Returns their sequence
/// numbers.
pub async fn events(connection: &Connection, count: usize) -> Vec<u64> {
    let deadline = Instant::now() + Duration::from_secs(10);
    let mut seqs = Vec::new();
    while seqs.len() < count && Instant::now() < deadline {
        let mut batch = connection.send_queue.take();
        while let Some(frame) = batch.pop() {
            let frame: Value = serde_json::from_str(&frame).unwrap();
            seqs.extend(frame["seq"].as_u64().filter(|_| frame["type"] == "event"));
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    seqs
}
