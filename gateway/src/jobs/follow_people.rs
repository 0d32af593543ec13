//! Takes changed addresses and names of people over into their tickets, a portion at a time.

use helpline_persistence::{Store, StoreError, people};

pub(super) async fn run(store: &Store) -> Result<(), StoreError> {
    people::follow(store).await.map(drop)
}
