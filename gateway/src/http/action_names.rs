//! The names of the actions that this version records in `access_log`.

use std::collections::BTreeSet;
use std::sync::Arc;

/// Action names in the access log that belong to no REST route: actions over the WebSocket,
/// searches, database triggers and retention. A test compares the list with the sources.
const OTHERS: &[&str] = &[
    "access_log_deleted",
    "frame_refused",
    "inbox_refused",
    "inbox_watched",
    "person_blocked",
    "person_unblocked",
    "reply_deleted",
    "reply_saved",
    "role_granted",
    "role_revoked",
    "send_refused",
    "setting_changed",
    "sign_in_refused",
    "subject_mapped",
    "subject_unmapped",
    "subscribe_refused",
    "tickets_archived",
    "tickets_deleted",
    "tickets_searched",
];

/// All action names of this version in alphabetical order, without duplicates.
#[derive(Clone)]
pub(super) struct ActionNames(Arc<[&'static str]>);

impl ActionNames {
    /// Combines the action names of the REST routes with [`OTHERS`], the names that belong to no
    /// route.
    pub(super) fn new(of_routes: impl Iterator<Item = &'static str>) -> Self {
        let all: BTreeSet<_> = of_routes.chain(OTHERS.iter().copied()).collect();
        Self(all.into_iter().collect())
    }

    /// Iterates over the action names in alphabetical order.
    pub(super) fn all(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().copied()
    }
}
