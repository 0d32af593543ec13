//! State shared by all connections, grouped by the part that uses it.

use std::sync::Arc;

use helpline_persistence::Store;
use tokio::sync::Semaphore;

use super::origins::OriginsRefused;
use crate::auth::Verifier;
use crate::config::{LimitSettings, Listening};
use crate::connections::{Admission, ConnectionRegistry, SharedRates};
use crate::database::{AuditLog, SignIn, TicketAccessLoader, TicketPositionLoader};
use crate::live::Hub;
use crate::live::epoch::CurrentEpoch;
use crate::live::inbox::Inbox;
use crate::live::presence::Presence;
use crate::live::read_positions::ReadPositions;
use crate::runtime::lifecycle::Lifecycle;
use crate::services::Messages;

/// The state shared by all connections.
pub struct SocketState {
    /// Allowed origins and trusted proxies.
    pub listening: Listening,
    /// Frame rates, heartbeat interval, number of subscriptions.
    pub limits: LimitSettings,
    /// Owns the tasks that answer requests.
    pub lifecycle: Lifecycle,
    /// Used from the upgrade to `welcome`.
    pub entrance: Entrance,
    /// Used by `subscribe`.
    pub joining: Joining,
    /// Used by `inbox`.
    pub inbox: Arc<Inbox>,
    /// Used by `send`, `typing` and `read`.
    pub writes: Writes,
    /// Logs refused origins for the operator.
    pub origins_refused: OriginsRefused,
}

/// Decides who may connect, and as which person.
pub struct Entrance {
    /// Limits the number of connections.
    pub admission: Arc<Admission>,
    /// The signed-in connections.
    pub registry: Arc<ConnectionRegistry>,
    /// Rate limits shared by all connections of a user or of an address.
    pub rates: SharedRates,
    /// Checks tokens.
    pub verifier: Arc<Verifier>,
    /// Finds the person for a token's claims.
    pub sign_in: Arc<SignIn>,
    /// Records refused sign-ins.
    pub audit_log: Arc<AuditLog>,
}

/// The parts that take a client from `subscribe` to live.
pub struct Joining {
    /// Adds members to rooms.
    pub hub: Arc<Hub>,
    /// Records opened tickets and refusals.
    pub audit_log: Arc<AuditLog>,
    /// Loads the facts for the access decision.
    pub ticket_access: TicketAccessLoader,
    /// Loads heads and read positions.
    pub ticket_positions: TicketPositionLoader,
    /// Reads pages of the history.
    pub store: Store,
    /// Limits how many pages are read concurrently.
    pub page_reads: Semaphore,
    /// The epoch, sent in `subscribed`.
    pub epoch: Arc<CurrentEpoch>,
    /// The viewers, sent in `subscribed`.
    pub presence: Arc<Presence>,
}

/// Handles the frames that change state.
pub struct Writes {
    /// Handles messages and typing.
    pub messages: Arc<Messages>,
    /// Queues read positions.
    pub read_positions: Arc<ReadPositions>,
}
