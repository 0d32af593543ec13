//! What a member is, is told, and knows at the end; and what all members of a run share.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use helpline_core::actor::Audience;
use helpline_core::ids::{Key, TicketId};
use tokio::time::Instant;

use crate::checker::{Facet, Row, Sender, Sent};
use crate::prove::samples::Samples;
use crate::report::Latencies;

/// Who a member is and where they may connect.
#[derive(Debug, Clone)]
pub struct Member {
    /// For the report.
    pub name: String,
    /// Which side.
    pub sender: Sender,
    /// Which ticket.
    pub ticket: TicketId,
    /// A bearer token.
    pub token: String,
    /// Sockets of the instances, the preferred one first.
    pub urls: Vec<String>,
    /// Which of the networks between clients and instances it uses: a fault may hit one of them only.
    pub lane: usize,
}

impl Member {
    /// As which audience they read.
    pub const fn audience(&self) -> Audience {
        match self.sender {
            Sender::Customer => Audience::Customer,
            Sender::Agent => Audience::Staff,
        }
    }
}

/// What a member is told to send.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// Names it.
    pub key: Key,
    /// The text.
    pub body: String,
    /// Message or note.
    pub visibility: Visibility,
}

/// Whom a send is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visibility {
    /// All members of the ticket.
    Message,
    /// The team.
    Note,
}

/// What was seen before a reset.
#[derive(Debug)]
pub struct Seen {
    /// The number before the first row.
    pub base: u64,
    /// As applied.
    pub rows: Vec<(u64, Row)>,
    /// When the database says that each of them happened, in µs since 1970.
    pub dated: Vec<i64>,
}

/// What a member knows at the end.
#[derive(Debug, Default)]
pub struct Record {
    /// What it sent, in order.
    pub sent: Vec<Sent>,
    /// What it saw, as applied.
    pub rows: Vec<(u64, Row)>,
    /// When the database says that each of them happened, in µs since 1970.
    pub dated: Vec<i64>,
    /// What it had seen before each time that it was told to start over.
    pub earlier: Vec<Seen>,
    /// When each of its sends was acked.
    pub acked: Vec<(String, Instant)>,
    /// The ticket's state as its events tell it.
    pub state: BTreeMap<Facet, Option<String>>,
    /// The number before the first of them.
    pub base: u64,
    /// Live events beyond the next one.
    pub holes: u64,
    /// Frames about other tickets than this member's.
    pub foreign: Vec<String>,
    /// When each row came, those before a reset among them.
    pub arrived: Vec<(u64, Instant)>,
    /// What a customer should not have got.
    pub leaks: Vec<String>,
    /// Events that came again; allowed, and dropped.
    pub repeats: u64,
    /// Times the server said to start over.
    pub resets: u64,
    /// Connections made.
    pub connections: u64,
    /// Sends written again.
    pub retries: u64,
    /// Whether the server asked for one of them, or did not answer it.
    pub asked_to_retry: bool,
    /// Why it gave up, if it did.
    pub gave_up: Option<String>,
}

/// What all members of a run share.
#[derive(Debug)]
pub struct Run {
    /// When the run's clock began; keys carry microseconds since then.
    pub begun: Instant,
    /// Begins every key of the run.
    pub name: String,
    /// Stands in every note: no customer may ever receive it.
    pub canary: String,
    /// Members who have been `subscribed` at least once.
    pub joined: AtomicU64,
    /// Sends given to members and not yet answered.
    pub pending: AtomicU64,
    /// From the intended time to the ack.
    pub to_ack: Latencies,
    /// Every ack and every event with its time.
    pub samples: Samples,
}

/// When a member may stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Goal {
    /// Not yet.
    Open,
    /// When it has seen this number, in the history whose epoch begins so: a number of a history that was taken back is none.
    SeqIn(u64, Arc<str>),
    /// Now.
    Stop,
}

impl Run {
    /// A key that says when its send was intended: `<run>.<who>.<n>.<µs since the run's beginning>`.
    pub fn key(&self, who: &str, n: u64, intended: Instant) -> Key {
        let micros = intended.saturating_duration_since(self.begun).as_micros();
        Key::parse(format!("{}.{who}.{n}.{micros}", self.name)).expect("short and visible ASCII")
    }

    /// When the send of this key was intended; none for keys of others.
    pub fn intended(&self, key: &str) -> Option<Instant> {
        let rest = key.strip_prefix(&self.name)?;
        Some(self.begun + Duration::from_micros(rest.rsplit('.').next()?.parse().ok()?))
    }
}
