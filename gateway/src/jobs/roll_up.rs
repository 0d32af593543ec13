//! Adds the recorded changes (deltas) to the totals of the statistics.

use helpline_persistence::{Store, StoreError, stats};

pub(super) async fn run(store: &Store) -> Result<(), StoreError> {
    stats::roll_up(store).await.map(drop)
}
