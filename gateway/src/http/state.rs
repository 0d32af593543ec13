//! What the handlers are given: each takes the sub-states that it uses.

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

/// What the server hands to HTTP.
pub struct HttpParts {
    /// Every setting.
    pub config: Arc<Config>,
    /// Reads.
    pub store: Store,
    /// Searches in one's own tickets.
    pub own_searches: Arc<OwnSearches>,
    /// Named in pages of history.
    pub epoch: Arc<CurrentEpoch>,
    /// Asked by `/readyz`.
    pub relay: Arc<Relay>,
    /// Asked by `/readyz`.
    pub lifecycle: Lifecycle,
    /// Shown by `/v1/system`.
    pub system: SystemParts,
    /// From a token to a person.
    pub sign_in: SignInParts,
    /// Writes.
    pub services: Services,
    /// Rendered by `/metrics`.
    pub metrics: PrometheusHandle,
}

/// The caller, and the audit row of the request.
pub struct SignInParts {
    /// Checks tokens.
    pub verifier: Arc<Verifier>,
    /// From a token's claims to a person.
    pub sign_in: Arc<SignIn>,
    /// Records staff reads and refusals.
    pub audit_log: Arc<AuditLog>,
}

/// What a request may have done.
pub struct Services {
    /// Messages.
    pub messages: Arc<Messages>,
    /// Tickets.
    pub tickets: Arc<Tickets>,
    /// Roles.
    pub people: Arc<People>,
    /// The desk's settings.
    pub settings: Arc<DeskSettings>,
    /// Saved replies.
    pub saved_replies: Arc<SavedReplies>,
}

/// The router's state. No handler takes all of it.
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
