//! The names of the actions that this version records in `access_log`.

use std::collections::BTreeSet;
use std::sync::Arc;

/// Action names in the access log that belong to no REST route: actions over the WebSocket,
/// searches, database triggers and retention. A test compares the list with the sources.
const OTHERS: &[&str] = &[
    "access_log_deleted",
    "adoption_ended",
    "adoption_started",
    "attachment_bytes_absent",
    "attachment_bytes_deleted",
    "attachment_downloaded",
    "clock_confirmed",
    "consumer_event_retried",
    "consumer_event_skipped",
    "consumer_paused",
    "consumer_resumed",
    "database_confirmed",
    "deliveries_replayed",
    "frame_refused",
    "inbox_refused",
    "inbox_watched",
    "legal_hold_released",
    "legal_hold_set",
    "person_blocked",
    "person_erased",
    "person_erasure_refused",
    "person_unblocked",
    "reply_deleted",
    "reply_saved",
    "retention_run_approved",
    "retention_run_done",
    "retention_run_refused",
    "retention_run_stopped",
    "role_granted",
    "role_revoked",
    "schedule_paused",
    "schedule_resumed",
    "schedule_started",
    "send_refused",
    "setting_changed",
    "sign_in_refused",
    "subject_mapped",
    "subject_unmapped",
    "subscribe_refused",
    "tickets_archived",
    "tickets_deleted",
    "tickets_searched",
    "timer_removed",
    "timer_retried",
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
