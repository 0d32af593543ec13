//! A member's identity, its orders and its record, and the state that all members of a run share.

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

/// A member's identity, and where it may connect.
#[derive(Debug, Clone)]
pub struct Member {
    /// The name in the report.
    pub name: String,
    /// Customer or agent.
    pub sender: Sender,
    pub ticket: TicketId,
    /// The bearer token.
    pub token: String,
    /// WebSocket URLs of the instances, the preferred one first.
    pub urls: Vec<String>,
    /// The network lane between this client and the instances. A fault may hit only some lanes.
    pub lane: usize,
}

impl Member {
    /// The audience as which the member reads.
    pub const fn audience(&self) -> Audience {
        match self.sender {
            Sender::Customer => Audience::Customer,
            Sender::Agent => Audience::Staff,
        }
    }
}

/// An order to send a message or note.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// The key of the send.
    pub key: Key,
    pub body: String,
    pub visibility: Visibility,
}

/// Who may see a send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visibility {
    /// All members of the ticket.
    Message,
    /// Staff only.
    Note,
}

/// What a member held before a reset.
#[derive(Debug)]
pub struct Seen {
    /// The position before the first event.
    pub base: u64,
    /// Positions and events in the order in which they were applied.
    pub rows: Vec<(u64, Row)>,
    /// The database's time of each event, in µs since 1970.
    pub dated: Vec<i64>,
}

/// What a member knows at the end of a run.
#[derive(Debug, Default)]
pub struct Record {
    /// The sends, in order.
    pub sent: Vec<Sent>,
    /// Positions and events since the last reset, in the order in which they were applied.
    pub rows: Vec<(u64, Row)>,
    /// The database's time of each event, in µs since 1970.
    pub dated: Vec<i64>,
    /// What the member held before each reset.
    pub earlier: Vec<Seen>,
    /// The key of each acked send, and the time of its ack.
    pub acked: Vec<(String, Instant)>,
    /// The ticket's state according to the events.
    pub state: BTreeMap<Facet, Option<String>>,
    /// The position before the first event.
    pub base: u64,
    /// Number of live events that skipped a position.
    pub holes: u64,
    /// Frames about other tickets.
    pub foreign: Vec<String>,
    /// Position and arrival time of each event, including those before a reset.
    pub arrived: Vec<(u64, Instant)>,
    /// What a customer received and should not have received.
    pub leaks: Vec<String>,
    /// Number of repeated events, which are allowed and dropped.
    pub repeats: u64,
    /// Number of resets.
    pub resets: u64,
    /// Number of connections.
    pub connections: u64,
    /// Number of sends that were written again.
    pub retries: u64,
    /// Whether the server asked for a retry or left a send unanswered.
    pub asked_to_retry: bool,
    /// Whether a page of the history ever came.
    pub joined: bool,
    /// How the last connection that was lost ended.
    pub last_error: Option<String>,
    /// Why the member gave up, if it did.
    pub gave_up: Option<String>,
}

/// State that all members of a run share.
#[derive(Debug)]
pub struct Run {
    /// Start of the run's clock. Keys contain microseconds since then.
    pub begun: Instant,
    /// Prefix of every key of the run.
    pub name: String,
    /// Part of every note; no customer may ever receive it.
    pub canary: String,
    /// Number of members that have received a `subscribed`.
    pub joined: AtomicU64,
    /// Number of sends that members have not yet completed.
    pub pending: AtomicU64,
    /// Latency from the intended time to the ack.
    pub to_ack: Latencies,
    /// The time of every ack and every event.
    pub samples: Samples,
}

/// When a member may stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Goal {
    /// Not yet.
    Open,
    /// When it has reached this position in the history whose epoch starts with this prefix. A
    /// position in a history that was undone does not count.
    SeqIn(u64, Arc<str>),
    /// Now.
    Stop,
}

impl Run {
    /// Creates a key that contains the intended time of its send: `<run>.<who>.<n>.<µs since the
    /// start of the run>`.
    pub fn key(&self, who: &str, n: u64, intended: Instant) -> Key {
        let micros = intended.saturating_duration_since(self.begun).as_micros();
        Key::parse(format!("{}.{who}.{n}.{micros}", self.name)).expect("short and visible ASCII")
    }

    /// Returns the intended time of a key's send, or `None` if the key is not from this run.
    pub fn intended(&self, key: &str) -> Option<Instant> {
        let rest = key.strip_prefix(&self.name)?;
        Some(self.begun + Duration::from_micros(rest.rsplit('.').next()?.parse().ok()?))
    }
}
