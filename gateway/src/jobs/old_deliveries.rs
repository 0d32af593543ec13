//! Deletes deliveries that were done long ago.

use std::time::Duration;

use helpline_core::limits;
use helpline_persistence::{StoreError, deliveries};

use super::background::{Background, Next, Pace};
use crate::database::outage::OutageLog;

/// How long a delivery is kept after it was done.
const KEEP: Duration = Duration::from_millis(limits::DELIVERY_KEEP_MS);

/// Deletes until the instance drains. Every instance does this; each deletes other rows.
pub(super) async fn run(parts: Background) {
    let outage = OutageLog::new("old_deliveries");
    let mut pace = Pace::new(limits::DELIVERY_DELETE_INTERVAL_MS, None, &parts.lifecycle);
    loop {
        let stop = &parts.lifecycle.stop;
        let Some(result) = stop.run_until_cancelled(delete(&parts)).await else {
            return;
        };
        outage.observe(&result);
        let next = match result {
            Ok(true) => Next::AtOnce,
            Ok(false) => Next::Later,
            Err(_) => Next::AfterFailure,
        };
        if !pace.wait(next).await {
            return;
        }
    }
}

/// Deletes old deliveries, unless deleting is held. Returns whether there may be more.
async fn delete(parts: &Background) -> Result<bool, StoreError> {
    let (mut transaction, held) = parts.hold.begin().await?;
    if held.holds() {
        transaction.roll_back().await?;
        return Ok(false);
    }
    let deleted = deliveries::delete_old_in(&mut transaction, KEEP).await?;
    transaction.commit().await?;
    metrics::counter!("helpline_old_deliveries_deleted_total").increment(deleted);
    Ok(deleted >= limits::DELIVERIES_DELETED_MAX.unsigned_abs())
}
