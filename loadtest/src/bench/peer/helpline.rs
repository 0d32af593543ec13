//! Helpline itself, through the desk that the rig starts.

use std::path::PathBuf;

use clap::Parser;
use helpline_core::protocol::SUBPROTOCOL;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::{Heard, Means, Peer, Seat, Setup, Side};
use crate::bench::line::{Opening, Step};
use crate::desk::{Admin, Desk, DeskArgs, Plan, Relay};
use crate::error::LoadError;
use crate::people::{self, Room};

/// What is measured is the server's cost, not its limits for one user.
const SETTINGS: &[(&str, &str)] = &[
    ("HELPLINE_FRAMES_PER_SECOND", "1000000"),
    ("HELPLINE_FRAMES_BURST", "1000000"),
    ("HELPLINE_FRAMES_USER_FACTOR", "1000"),
    ("HELPLINE_FRAMES_ADDRESS_FACTOR", "1000"),
    ("HELPLINE_REQUESTS_PER_SECOND", "1000000"),
    ("HELPLINE_REQUESTS_BURST", "1000000"),
    ("HELPLINE_CONNECTIONS_PER_USER_MAX", "100000"),
];
/// Agents who listen to one room: members beyond have several connections, as people with several windows do.
const AGENTS_PER_ROOM: usize = 20;

/// What the speaker sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Talk {
    /// Typing: not stored.
    Typing,
    /// Messages: stored before anybody sees them.
    Messages,
}

/// A desk with its tickets.
pub struct Helpline {
    /// The desk.
    pub desk: Desk,
    /// Its tickets, with their people.
    pub rooms: Vec<Room>,
    /// An administrator's connection.
    pub admin: Admin,
    talk: Talk,
}

/// [`DeskArgs`] are clap's: parsed like anybody's.
#[derive(Parser)]
struct AsParsed {
    #[command(flatten)]
    desk: DeskArgs,
}

impl Helpline {
    /// Starts a desk with as many tickets.
    ///
    /// # Errors
    /// Those of the rig.
    pub async fn start(setup: Setup, means: &Means, talk: Talk) -> Result<Self, LoadError> {
        let mut args: Vec<PathBuf> = vec!["desk".into(), "--rig".into(), "--logs".into(), means.work.clone()];
        if let Some(bin) = &means.bin {
            args.extend(["--bin".into(), bin.clone()]);
        }
        for setting in &means.settings {
            args.extend(["--set".into(), setting.into()]);
        }
        let args = AsParsed::try_parse_from(args).map_err(|_| LoadError::Usage("the desk's arguments have changed"))?;
        let relay = if setup.instances > 1 { Relay::Redis } else { setup.relay };
        let desk = Desk::open(&args.desk, Plan { instances: setup.instances, settings: SETTINGS, relay }).await?;
        let admin = desk.admin().await?;
        let rooms = people::make_rooms(&admin, setup.rooms.max(AGENTS_PER_ROOM)).await.map_err(LoadError::postgres("making tickets"))?;
        Ok(Self { desk, rooms, admin, talk })
    }

    /// The processes of the record.
    pub fn record(&self) -> Vec<u32> {
        self.desk.rig.as_ref().and_then(|rig| rig.postgres.pid()).into_iter().collect()
    }

    /// A signed-in connection that listens to nothing yet.
    pub fn signed_in(&self, instance: usize, token: &str) -> Opening {
        let hello = Utf8Bytes::from(format!(r#"{{"type":"hello","id":0,"token":"{token}"}}"#));
        Opening {
            url: self.desk.sockets[instance % self.desk.sockets.len()].clone(),
            subprotocol: Some(SUBPROTOCOL),
            steps: vec![Step::Say(hello), Step::Await("{\"type\":\"welcome\"")],
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
            Talk::Messages => "each message committed, audited and numbered before anybody sees it: nobody else does that",
        }
    }
    fn processes(&self) -> Vec<u32> {
        let redis = self.desk.rig.as_ref().and_then(|rig| rig.redis.as_ref()?.pid());
        self.holders().into_iter().chain(self.record()).chain(redis).collect()
    }
    fn holders(&self) -> Vec<u32> {
        self.desk.rig.iter().flat_map(|rig| &rig.gateways).filter_map(helpline_rig::Gateway::pid).collect()
    }
    fn opening(&self, seat: Seat) -> Opening {
        let room = self.rooms[seat.room];
        let token = match seat.side {
            Side::Speaker => people::token(&self.desk.secret, room.customer, "Customer Load"),
            Side::Listener(n) => {
                let agent = self.rooms[(seat.room + n % AGENTS_PER_ROOM) % self.rooms.len()].agent;
                people::token(&self.desk.secret, agent, "Agent Load")
            }
        };
        let mut opening = self.signed_in(seat.instance, &token);
        let subscribe = format!(r#"{{"type":"subscribe","id":1,"ticket":"{}"}}"#, room.ticket);
        opening.steps.extend([Step::Say(subscribe.into()), Step::Await("{\"type\":\"subscribed\"")]);
        opening
    }
    fn frame(&self, run: u32, room: usize, n: u64) -> Utf8Bytes {
        let ticket = self.rooms[room].ticket;
        match self.talk {
            // On and off by turns: repeated marks are throttled, changes are not.
            Talk::Typing => format!(r#"{{"type":"typing","ticket":"{ticket}","on":{}}}"#, n.is_multiple_of(2)).into(),
            Talk::Messages => {
                format!(r#"{{"type":"send","id":{n},"ticket":"{ticket}","key":"{run:08x}.{room}.{n}","body":"message #{n}"}}"#).into()
            }
        }
    }
    fn hear(&self, text: &str) -> Heard {
        let delivery = match self.talk {
            Talk::Typing => "{\"type\":\"typing\"",
            Talk::Messages => "{\"type\":\"event\"",
        };
        if text.starts_with(delivery) {
            Heard::Delivery
        } else if text.starts_with("{\"type\":\"ping\"") {
            Heard::Ping(Utf8Bytes::from_static("{\"type\":\"pong\"}"))
        } else {
            Heard::Other
        }
    }
    fn bears(&self, text: &str, n: u64) -> bool {
        match self.talk {
            Talk::Typing => text.contains(if n.is_multiple_of(2) { "\"on\":true" } else { "\"on\":false" }),
            Talk::Messages => text.contains(&format!("message #{n}\"")),
        }
    }
}
