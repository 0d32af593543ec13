//! A member's identity, its orders (what to send) and its record (what happened), and the state
//! that all members of a load test run share.

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

/// A member's identity, and the servers that it may connect to.
#[derive(Debug, Clone)]
pub struct Member {
    /// The member's name in the report.
    pub name: String,
    /// Whether the member is the customer or the agent.
    pub sender: Sender,
    pub ticket: TicketId,
    /// The bearer token for signing in.
    pub token: String,
    /// WebSocket URLs of the instances, the preferred one first.
    pub urls: Vec<String>,
    /// The network lane (a group of clients behind one proxy) between this client and the
    /// instances. A network fault may affect only some lanes.
    pub lane: usize,
}

impl Member {
    /// Whether the member reads as customer or staff.
    pub const fn audience(&self) -> Audience {
        match self.sender {
            Sender::Customer => Audience::Customer,
            Sender::Agent => Audience::Staff,
        }
    }
}

/// An order to a member to send a message or an internal note.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// The message's idempotency key.
    pub key: Key,
    pub body: String,
    pub visibility: Visibility,
}

/// Who may see a sent text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visibility {
    /// All members of the ticket may see the text.
    Message,
    /// Only staff may see the text.
    Note,
}

/// What a member had received before the server told it to discard its history (a reset).
#[derive(Debug)]
pub struct Seen {
    /// The event number before the first received event.
    pub base: u64,
    /// The events with their numbers, in the order in which they were applied.
    pub rows: Vec<(u64, Row)>,
    /// The database's time of each event, in µs since 1970.
    pub dated: Vec<i64>,
}

/// What a member recorded during a load test run.
#[derive(Debug, Default)]
pub struct Record {
    /// The sent messages, in order.
    pub sent: Vec<Sent>,
    /// The events received since the server last reset the member's history, with their numbers, in
    /// the order in which they were applied.
    pub rows: Vec<(u64, Row)>,
    /// The database's time of each event, in µs since 1970.
    pub dated: Vec<i64>,
    /// What the member had received before each reset (when the server told it to discard its
    /// history).
    pub earlier: Vec<Seen>,
    /// The idempotency key of each acknowledged message, and the time of its ack.
    pub acked: Vec<(String, Instant)>,
    /// The ticket's state, computed from the received events.
    pub state: BTreeMap<Facet, Option<String>>,
    /// The event number before the first event in `rows`.
    pub base: u64,
    /// How often an event arrived although an earlier event was still missing.
    pub holes: u64,
    /// Frames about other tickets.
    pub foreign: Vec<String>,
    /// The event number and the arrival time of each event, including events that were discarded
    /// at a reset of the history.
    pub arrived: Vec<(u64, Instant)>,
    /// Content that a customer received although it is only for staff.
    pub leaks: Vec<String>,
    /// Number of events received again. The protocol allows repeated events, and the member drops
    /// them.
    pub repeats: u64,
    /// Number of times the server told the member to discard its history.
    pub resets: u64,
    /// Number of connections that the member opened.
    pub connections: u64,
    /// Number of times a message was sent again.
    pub retries: u64,
    /// Whether the server asked for a retry or left a message unanswered.
    pub asked_to_retry: bool,
    /// Whether the member ever received a page of the history.
    pub joined: bool,
    /// The error that ended the most recent lost connection.
    pub last_error: Option<String>,
    /// Why the member stopped before reaching its goal, if it did.
    pub gave_up: Option<String>,
}

/// State that all members of a load test run share.
#[derive(Debug)]
pub struct Run {
    /// Start of the load test run's clock. The idempotency key of each message contains the
    /// microseconds from this time to the message's intended sending time.
    pub begun: Instant,
    /// Prefix of every idempotency key of the load test run.
    pub name: String,
    /// A marker text in every internal note. No customer may ever receive it.
    pub canary: String,
    /// Number of members that have received a `subscribed` frame.
    pub joined: AtomicU64,
    /// Number of messages that members were told to send and that are not yet acknowledged or
    /// refused.
    pub pending: AtomicU64,
    /// Latency from a message's intended sending time to its ack.
    pub to_ack: Latencies,
    /// The time and latency of every ack and every event.
    pub samples: Samples,
}

/// When a member may stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Goal {
    /// The member may not stop yet.
    Open,
    /// Stop once the event with this number has arrived, in the history whose epoch starts with
    /// this prefix. The epoch changes when the database is restored, so an event of an undone
    /// history does not count.
    SeqIn(u64, Arc<str>),
    /// The member must stop now.
    Stop,
}

impl Run {
    /// Creates an idempotency key that contains the intended sending time of its message:
    /// `<run>.<who>.<n>.<µs since the start of the run>`.
    pub fn key(&self, who: &str, n: u64, intended: Instant) -> Key {
        let micros = intended.saturating_duration_since(self.begun).as_micros();
        Key::parse(format!("{}.{who}.{n}.{micros}", self.name)).expect("short and visible ASCII")
    }

    /// Returns the intended sending time of the message with this idempotency key, or `None` if the
    /// key is not from this load test run.
    pub fn intended(&self, key: &str) -> Option<Instant> {
        let rest = key.strip_prefix(&self.name)?;
        Some(self.begun + Duration::from_micros(rest.rsplit('.').next()?.parse().ok()?))
    }
}
