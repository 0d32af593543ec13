//! Records in the database which staff members are connected, so that every instance can check
//! whether any staff are online.

use helpline_persistence::{Store, StoreError, people};

use crate::connections::ConnectionRegistry;

pub(super) async fn run(store: &Store, registry: &ConnectionRegistry) -> Result<(), StoreError> {
    let mut staff: Vec<_> = registry
        .all()
        .iter()
        .filter(|it| it.person.role.is_some())
        .map(|it| it.person.id)
        .collect();
    staff.sort_unstable();
    staff.dedup();
    if staff.is_empty() {
        return Ok(());
    }
    people::record_seen(store, &staff).await.map(drop)
}
