//! What all connections share, grouped by who uses it.

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

/// What every connection is given.
pub struct SocketState {
    /// Origins and trusted proxies.
    pub listening: Listening,
    /// Rates, heartbeat, subscriptions.
    pub limits: LimitSettings,
    /// Owns the tasks of requests.
    pub lifecycle: Lifecycle,
    /// From the upgrade to `welcome`.
    pub entrance: Entrance,
    /// `subscribe`.
    pub joining: Joining,
    /// `inbox`.
    pub inbox: Arc<Inbox>,
    /// `send`, `typing`, `read`.
    pub writes: Writes,
    /// Tells the operator.
    pub origins_refused: OriginsRefused,
}

/// Who may come in, and as whom.
pub struct Entrance {
    /// Counts connections.
    pub admission: Arc<Admission>,
    /// Those that are signed in.
    pub registry: Arc<ConnectionRegistry>,
    /// What those of one user may send together.
    pub rates: SharedRates,
    /// Checks tokens.
    pub verifier: Arc<Verifier>,
    /// From a token's claims to a person.
    pub sign_in: Arc<SignIn>,
    /// Records refused sign-ins.
    pub audit_log: Arc<AuditLog>,
}

/// What leads from `subscribe` to live.
pub struct Joining {
    /// The rooms.
    pub hub: Arc<Hub>,
    /// Records opened tickets and refusals.
    pub audit_log: Arc<AuditLog>,
    /// What the decision needs to know.
    pub ticket_access: TicketAccessLoader,
    /// Heads and read positions.
    pub ticket_positions: TicketPositionLoader,
    /// Pages of the history.
    pub store: Store,
    /// How many of those may be read at once.
    pub page_reads: Semaphore,
    /// Named in `subscribed`.
    pub epoch: Arc<CurrentEpoch>,
    /// Viewers, named in `subscribed`.
    pub presence: Arc<Presence>,
}

/// What frames write.
pub struct Writes {
    /// Messages, and typing.
    pub messages: Arc<Messages>,
    /// Read positions.
    pub read_positions: Arc<ReadPositions>,
}
