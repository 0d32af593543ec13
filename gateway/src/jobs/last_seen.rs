//! Records that the connected staff are there: whether any are is read from the database.

use helpline_persistence::{Store, people};

use crate::connections::ConnectionRegistry;
use crate::database::errors::reject_of;

pub(super) async fn run(store: &Store, registry: &ConnectionRegistry) {
    let mut staff: Vec<_> = registry
        .all()
        .iter()
        .filter(|it| it.person.role.is_some())
        .map(|it| it.person.id)
        .collect();
    staff.sort_unstable();
    staff.dedup();
    if staff.is_empty() {
        return;
    }
    if let Err(error) = people::record_seen(store, &staff).await {
        reject_of(&error);
    }
}
