//! The state of the handlers. Each handler takes only the parts that it uses.

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
use crate::services::{DeskSettings, Messages, People, SavedReplies, Tickets};

/// The parts from which the server builds the HTTP routers.
pub struct HttpParts {
    /// Every setting.
    pub config: Arc<Config>,
    /// Reads from the database.
    pub store: Store,
    /// Limits the searches of customers in their own tickets.
    pub own_searches: Arc<OwnSearches>,
    /// The epoch that history pages carry.
    pub epoch: Arc<CurrentEpoch>,
    /// The connection to other instances, checked by `/readyz`.
    pub relay: Arc<Relay>,
    /// Whether the instance is shutting down, checked by `/readyz`.
    pub lifecycle: Lifecycle,
    /// Facts about this instance, shown by `/v1/system`.
    pub system: SystemParts,
    /// Identifies the person of a token.
    pub sign_in: SignInParts,
    /// The services that write.
    pub services: Services,
    /// The metrics that `/metrics` renders.
    pub metrics: PrometheusHandle,
}

/// The parts that identify the caller and write the audit rows of a request.
pub struct SignInParts {
    /// Verifies tokens.
    pub verifier: Arc<Verifier>,
    /// Looks up the person of a token's claims.
    pub sign_in: Arc<SignIn>,
    /// Records reads by staff and refusals.
    pub audit_log: Arc<AuditLog>,
}

/// The services through which handlers write.
pub struct Services {
    /// Sends, edits and redacts messages.
    pub messages: Arc<Messages>,
    /// Creates and changes tickets.
    pub tickets: Arc<Tickets>,
    /// Changes roles and blocks people.
    pub people: Arc<People>,
    /// Reads and changes the desk's settings.
    pub settings: Arc<DeskSettings>,
    /// Changes saved replies.
    pub saved_replies: Arc<SavedReplies>,
}

/// The router's state. Handlers extract single fields.
#[derive(Clone)]
pub(super) struct HttpState {
    pub(super) config: Arc<Config>,
    pub(super) store: Store,
    pub(super) own_searches: Arc<OwnSearches>,
    pub(super) epoch: Arc<CurrentEpoch>,
    pub(super) messages: Arc<Messages>,
    pub(super) tickets: Arc<Tickets>,
    pub(super) people: Arc<People>,
    pub(super) settings: Arc<DeskSettings>,
    pub(super) saved_replies: Arc<SavedReplies>,
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
    tickets: Arc<Tickets>,
    people: Arc<People>,
    settings: Arc<DeskSettings>,
    saved_replies: Arc<SavedReplies>,
    exports: Exports,
    action_names: ActionNames,
    assets: Arc<Assets>,
    health: Arc<Health>,
    system: Arc<SystemStatus>,
    metrics: PrometheusHandle,
}
