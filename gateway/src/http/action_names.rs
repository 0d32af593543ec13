//! The names under which this version records something.

use std::collections::BTreeSet;
use std::sync::Arc;

/// Those that no route has as its own: of the socket, of searches, of the database's triggers and of its retention. A test holds them against the sources.
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

/// The actions of `access_log`.
#[derive(Clone)]
pub(super) struct ActionNames(Arc<[&'static str]>);

impl ActionNames {
    /// Those of the routes, and those that no route has.
    pub(super) fn new(of_routes: impl Iterator<Item = &'static str>) -> Self {
        let all: BTreeSet<_> = of_routes.chain(OTHERS.iter().copied()).collect();
        Self(all.into_iter().collect())
    }

    /// Each once, by name.
    pub(super) fn all(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().copied()
    }
}
