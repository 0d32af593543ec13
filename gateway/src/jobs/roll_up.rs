//! Aggregates the statistics' deltas.

use helpline_persistence::{Store, StoreError, stats};

pub(super) async fn run(store: &Store) -> Result<(), StoreError> {
    stats::roll_up(store).await.map(drop)
}
