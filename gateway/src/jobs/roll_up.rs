//! Rolls the statistics' deltas up.

use helpline_persistence::{Store, stats};

use crate::database::errors::reject_of;

pub(super) async fn run(store: &Store) {
    if let Err(error) = stats::roll_up(store).await {
        reject_of(&error);
    }
}
