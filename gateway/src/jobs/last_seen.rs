//! Records in the database which staff members are connected, so that every instance can check
//! whether any staff are online.

use helpline_persistence::{Store, StoreError, people};

use crate::connections::ConnectionRegistry;

/// Returns `None` if no staff are connected. The job then sends no query, so this run must not
/// count as a sign that the database answers.
pub(super) async fn run(
    store: &Store,
    registry: &ConnectionRegistry,
) -> Option<Result<(), StoreError>> {
    let mut staff: Vec<_> = registry
        .all()
        .iter()
        .filter(|it| it.person.role.is_some())
        .map(|it| it.person.id)
        .collect();
    staff.sort_unstable();
    staff.dedup();
    if staff.is_empty() {
        return None;
    }
    Some(people::record_seen(store, &staff).await.map(drop))
}
