//! Copies people's changed email addresses and names into their tickets, in small portions.

use helpline_persistence::{Store, StoreError, people};

pub(super) async fn run(store: &Store) -> Result<(), StoreError> {
    people::follow(store).await.map(drop)
}
