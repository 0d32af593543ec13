//! Copies changed email addresses and names of people into their tickets, in small batches.

use helpline_persistence::{Store, StoreError, people};

pub(super) async fn run(store: &Store) -> Result<(), StoreError> {
    people::follow(store).await.map(drop)
}
