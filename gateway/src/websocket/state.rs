//! The state that all WebSocket connections share, grouped by the part of the code that uses it.

use std::sync::Arc;

use helpline_persistence::Store;
use tokio::sync::Semaphore;

use super::refused_upgrades::RefusedUpgrades;
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

/// The state that all WebSocket connections share.
pub struct SocketState {
    /// The allowed origins and the trusted proxies.
    pub listening: Listening,
    /// The frame rates, the heartbeat interval, and the maximum number of subscriptions.
    pub limits: LimitSettings,
    /// The names of this instance's features.
    pub features: Vec<String>,
    /// Maximum bytes of one file.
    pub attachment_bytes_max: u64,
    /// Owns the tasks that process client requests.
    pub lifecycle: Lifecycle,
    /// The components that sign a client in, from the upgrade request to the `welcome` frame.
    pub entrance: Entrance,
    /// The components that handle `subscribe` frames.
    pub joining: Joining,
    /// The ticket lists of agent consoles. `inbox` frames subscribe to their updates.
    pub inbox: Arc<Inbox>,
    /// The components that handle `send`, `typing` and `read` frames.
    pub writes: Writes,
    /// Logs for the operator why WebSocket upgrades are refused.
    pub refused_upgrades: RefusedUpgrades,
}

/// The components that decide whether a client may connect, and which person the client is.
pub struct Entrance {
    /// Limits the number of open connections.
    pub admission: Arc<Admission>,
    /// All signed-in connections of this instance.
    pub registry: Arc<ConnectionRegistry>,
    /// Rate limits shared by all connections of a user or of an address.
    pub rates: SharedRates,
    /// Verifies the signature and claims of tokens.
    pub verifier: Arc<Verifier>,
    /// Finds the person that a token's claims identify.
    pub sign_in: Arc<SignIn>,
    /// Records refused sign-ins in `access_log`.
    pub audit_log: Arc<AuditLog>,
}

/// The components that handle a `subscribe` frame, until the client has caught up and receives
/// events as they happen.
pub struct Joining {
    /// Adds members to rooms.
    pub hub: Arc<Hub>,
    /// Records in `access_log` which tickets staff open and which requests were refused.
    pub audit_log: Arc<AuditLog>,
    /// Loads the facts about a ticket that the access policy needs.
    pub ticket_access: TicketAccessLoader,
    /// Loads a ticket's heads (last event numbers) and read positions.
    pub ticket_positions: TicketPositionLoader,
    /// Reads pages of the tickets' history.
    pub store: Store,
    /// Limits how many history pages are read concurrently.
    pub page_reads: Semaphore,
    /// The current epoch, which is sent in `subscribed` frames. It changes when the database is
    /// restored.
    pub epoch: Arc<CurrentEpoch>,
    /// Provides the ticket's viewers (staff who have it open), who are sent in `subscribed` frames.
    pub presence: Arc<Presence>,
}

/// The components that handle frames which change state.
pub struct Writes {
    /// Stores messages, and publishes typing indicators.
    pub messages: Arc<Messages>,
    /// Queues read positions to be written.
    pub read_positions: Arc<ReadPositions>,
}
