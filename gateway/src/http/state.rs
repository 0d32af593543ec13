//! The state that the HTTP handlers share. Each handler extracts only the parts that it uses.

use std::sync::Arc;

use axum::extract::FromRef;
use helpline_persistence::Store;
use metrics_exporter_prometheus::PrometheusHandle;

use super::action_names::ActionNames;
use super::exports::Exports;
use super::site::assets::Assets;
use super::site::health::Health;
use super::system_status::{SystemParts, SystemStatus};
use crate::auth::Verifier;
use crate::config::Config;
use crate::database::{AuditLog, OwnSearches, SignIn};
use crate::live::epoch::CurrentEpoch;
use crate::live::relay::Relay;
use crate::runtime::lifecycle::Lifecycle;
use crate::services::{
    Attachments, DeskSettings, Jobs, Messages, People, Retention, SavedReplies, Tickets,
};

/// The components from which the server builds the HTTP routers.
pub struct HttpParts {
    /// The complete configuration of the server.
    pub config: Arc<Config>,
    /// Reads data from the database.
    pub store: Store,
    /// Limits the searches that customers run in their own tickets.
    pub own_searches: Arc<OwnSearches>,
    /// The current epoch, which is sent with history pages. The epoch changes when the database is
    /// restored.
    pub epoch: Arc<CurrentEpoch>,
    /// The Redis connection to other instances, which `/readyz` reports.
    pub relay: Arc<Relay>,
    /// Tells `/readyz` whether the instance is shutting down.
    pub lifecycle: Lifecycle,
    /// Facts about this instance that `/v1/system` shows.
    pub system: SystemParts,
    /// Identifies the person who sends a request, from its token.
    pub sign_in: SignInParts,
    /// The services that write to the database.
    pub services: Services,
    /// The metrics that `/metrics` renders.
    pub metrics: PrometheusHandle,
}

/// The components that identify the caller and write the audit rows of a request.
pub struct SignInParts {
    /// Verifies the signature and claims of tokens.
    pub verifier: Arc<Verifier>,
    /// Finds the person that a token's claims identify.
    pub sign_in: Arc<SignIn>,
    /// Records refusals and reads by staff in `access_log`.
    pub audit_log: Arc<AuditLog>,
}

/// The services through which handlers write to the database.
pub struct Services {
    /// Sends, edits and redacts messages.
    pub messages: Arc<Messages>,
    /// Receives uploads, and sends files to those who may have them.
    pub attachments: Arc<Attachments>,
    /// Creates and changes tickets.
    pub tickets: Arc<Tickets>,
    /// Changes roles and blocks people.
    pub people: Arc<People>,
    /// Reads and changes the desk's settings.
    pub settings: Arc<DeskSettings>,
    /// Changes the settings of retention, its runs and legal holds.
    pub retention: Arc<Retention>,
    /// Changes saved replies.
    pub saved_replies: Arc<SavedReplies>,
    /// Reads the state of background work, and carries out what admins decide about it.
    pub jobs: Arc<Jobs>,
}

/// The state of the HTTP router. Handlers extract single fields of it.
#[derive(Clone)]
pub(super) struct HttpState {
    pub(super) config: Arc<Config>,
    pub(super) store: Store,
    pub(super) own_searches: Arc<OwnSearches>,
    pub(super) epoch: Arc<CurrentEpoch>,
    pub(super) messages: Arc<Messages>,
    pub(super) attachments: Arc<Attachments>,
    pub(super) tickets: Arc<Tickets>,
    pub(super) people: Arc<People>,
    pub(super) settings: Arc<DeskSettings>,
    pub(super) retention: Arc<Retention>,
    pub(super) saved_replies: Arc<SavedReplies>,
    pub(super) jobs: Arc<Jobs>,
    pub(super) exports: Exports,
    pub(super) action_names: ActionNames,
    pub(super) assets: Arc<Assets>,
    pub(super) health: Arc<Health>,
    pub(super) system: Arc<SystemStatus>,
    pub(super) metrics: PrometheusHandle,
}

macro_rules! sub_states {
    ($($field:ident: $type:ty,)*) => {
        $(impl FromRef<HttpState> for $type {
            fn from_ref(state: &HttpState) -> Self {
                state.$field.clone()
            }
        })*
    };
}

sub_states! {
    config: Arc<Config>,
    store: Store,
    own_searches: Arc<OwnSearches>,
    epoch: Arc<CurrentEpoch>,
    messages: Arc<Messages>,
    attachments: Arc<Attachments>,
    tickets: Arc<Tickets>,
    people: Arc<People>,
    settings: Arc<DeskSettings>,
    retention: Arc<Retention>,
    saved_replies: Arc<SavedReplies>,
    jobs: Arc<Jobs>,
    exports: Exports,
    action_names: ActionNames,
    assets: Arc<Assets>,
    health: Arc<Health>,
    system: Arc<SystemStatus>,
    metrics: PrometheusHandle,
}
