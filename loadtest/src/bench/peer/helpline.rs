//! Adapter for Helpline, started by the rig.

use helpline_core::protocol::SUBPROTOCOL;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::{Endpoint, Means, Peer, Received, Setup, Side, Talker};
use crate::bench::connection::{Opening, Step};
use crate::error::LoadError;
use crate::people::{self, Room};
use crate::target::{self, Admin, Relay, Target, TargetSpec};

/// Gateway settings that raise the limits per user and per address, because the benchmark measures
/// the server's cost, not its limits.
const SETTINGS: [&str; 7] = [
    "HELPLINE_FRAMES_PER_SECOND=1000000",
    "HELPLINE_FRAMES_BURST=1000000",
    "HELPLINE_FRAMES_USER_FACTOR=1000",
    "HELPLINE_FRAMES_ADDRESS_FACTOR=1000",
    "HELPLINE_REQUESTS_PER_SECOND=1000000",
    "HELPLINE_REQUESTS_BURST=1000000",
    "HELPLINE_CONNECTIONS_PER_USER_MAX=100000",
];
/// Number of agents who listen to one room. Further listeners are additional connections of these
/// agents.
const AGENTS_PER_ROOM: usize = 20;

/// The kind of frames that a sending connection (a speaker) sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Talk {
    /// Typing frames, which are not stored.
    Typing,
    /// Messages, which are stored before any client receives them.
    Messages,
}

/// A running Helpline installation with the benchmark's tickets.
pub struct Helpline {
    pub target: Target,
    /// The tickets with their customer and agent.
    pub rooms: Vec<Room>,
    /// An administrator's database connection.
    pub admin: Admin,
    talk: Talk,
}

impl Helpline {
    /// Starts Helpline and creates the tickets.
    ///
    /// # Errors
    /// If a server does not start or the database refuses a statement.
    pub async fn start(setup: Setup, means: &Means, talk: Talk) -> Result<Self, LoadError> {
        let relay = if setup.instances > 1 {
            Relay::Redis
        } else {
            setup.relay
        };
        let mut settings = SETTINGS.map(str::to_owned).to_vec();
        settings.extend_from_slice(&means.settings);
        let spec = TargetSpec {
            binary: means.bin.clone(),
            instances: setup.instances,
            settings,
            relay,
            logs: means.work.clone(),
        };
        let target = Target::start(&spec).await?;
        let admin = target.admin().await?;
        let rooms = people::make_rooms(&admin, setup.rooms.max(AGENTS_PER_ROOM))
            .await
            .map_err(LoadError::postgres("making tickets"))?;
        Ok(Self {
            target,
            rooms,
            admin,
            talk,
        })
    }

    /// The process id of Postgres; empty if it is not running.
    pub fn postgres(&self) -> Vec<u32> {
        self.target.postgres.pid().into_iter().collect()
    }

    /// Returns how to open a connection that is signed in, but not subscribed to a ticket.
    pub fn signed_in(&self, instance: usize, token: &str) -> Opening {
        let hello = Utf8Bytes::from(format!(r#"{{"type":"hello","id":0,"token":"{token}"}}"#));
        Opening {
            url: self.target.socket(instance),
            subprotocol: Some(SUBPROTOCOL),
            steps: vec![Step::Send(hello), Step::Await("{\"type\":\"welcome\"")],
        }
    }
}

impl Peer for Helpline {
    fn name(&self) -> &'static str {
        match self.talk {
            Talk::Typing => "Helpline",
            Talk::Messages => "Helpline, stored",
        }
    }
    fn lacks(&self) -> &'static str {
        match self.talk {
            Talk::Typing => "",
            Talk::Messages => {
                "each message committed, audited and numbered before any client sees it: no peer does that"
            }
        }
    }
    fn processes(&self) -> Vec<u32> {
        let redis = self.target.redis.as_ref().and_then(|redis| redis.pid());
        self.holders()
            .into_iter()
            .chain(self.postgres())
            .chain(redis)
            .collect()
    }
    fn holders(&self) -> Vec<u32> {
        self.target
            .gateways
            .iter()
            .filter_map(helpline_rig::Gateway::pid)
            .collect()
    }
    fn opening(&self, endpoint: Endpoint) -> Opening {
        let room = self.rooms[endpoint.room];
        let token = match endpoint.side {
            Side::Speaker => people::token(target::RIG_SECRET, room.customer, "Customer Load"),
            Side::Listener(n) => {
                let agent =
                    self.rooms[(endpoint.room + n % AGENTS_PER_ROOM) % self.rooms.len()].agent;
                people::token(target::RIG_SECRET, agent, "Agent Load")
            }
        };
        let mut opening = self.signed_in(endpoint.instance, &token);
        let subscribe = format!(
            r#"{{"type":"subscribe","id":1,"ticket":"{}"}}"#,
            room.ticket
        );
        opening.steps.extend([
            Step::Send(subscribe.into()),
            Step::Await("{\"type\":\"subscribed\""),
        ]);
        opening
    }
    fn frame(&self, run: u32, room: usize, n: u64) -> Utf8Bytes {
        let ticket = self.rooms[room].ticket;
        match self.talk {
            // Alternate between typing on and off: the gateway throttles repeated values, but not
            // changes.
            Talk::Typing => format!(r#"{{"type":"typing","ticket":"{ticket}","on":{}}}"#, n.is_multiple_of(2)).into(),
            Talk::Messages => {
                format!(r#"{{"type":"send","id":{n},"ticket":"{ticket}","key":"{run:08x}.{room}.{n}","body":"message #{n}"}}"#).into()
            }
        }
    }
    fn classify(&self, text: &str) -> Received {
        let delivery = match self.talk {
            Talk::Typing => "{\"type\":\"typing\"",
            Talk::Messages => "{\"type\":\"event\"",
        };
        if text.starts_with(delivery) {
            Received::Delivery
        } else if text.starts_with("{\"type\":\"ping\"") {
            Received::Ping(Utf8Bytes::from_static("{\"type\":\"pong\"}"))
        } else {
            Received::Other
        }
    }
    fn bears(&self, text: &str, n: u64) -> bool {
        match self.talk {
            Talk::Typing => text.contains(if n.is_multiple_of(2) {
                "\"on\":true"
            } else {
                "\"on\":false"
            }),
            Talk::Messages => text.contains(&format!("message #{n}\"")),
        }
    }
}

impl Talker for Helpline {
    fn message(&self, room: usize, id: u64, key: &str, text: &str) -> Utf8Bytes {
        let ticket = self.rooms[room].ticket;
        format!(r#"{{"type":"send","id":{id},"ticket":"{ticket}","key":"{key}","body":"{text}"}}"#)
            .into()
    }
}
