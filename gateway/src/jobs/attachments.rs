//! Background work about files: their checks are deliveries, because a scanner may be away for long;
//! a loop deletes uploads that no message names, and bytes that no upload refers to.

use std::sync::Arc;
use std::time::Duration;

use helpline_core::ids::UploadId;
use helpline_core::limits;
use helpline_persistence::deliveries::Leased;
use helpline_persistence::{StoreError, uploads};
use tokio::time::Instant;

use super::background::{Background, Next, Pace};
use super::registry::{Deliver, DeliveryFault, DeliveryLimits, Registry};
use crate::database::outage::OutageLog;
use crate::integrations::blobs::{BlobError, Blobs};
use crate::runtime::errors::chain;
use crate::services::attachments::{CheckFault, Checks, mark_new_store};

/// Adds the checks of files.
pub fn checks(registry: Registry, checks: Checks) -> Registry {
    let limits = DeliveryLimits {
        slots: limits::ATTACHMENT_CHECKS_AT_ONCE_MAX,
        retry_slots: limits::ATTACHMENT_CHECKS_AT_ONCE_MAX - 1,
        per_receiver: limits::ATTACHMENT_CHECKS_PER_DESK_MAX,
        attempt: Duration::from_millis(limits::ATTACHMENT_CHECK_MS),
        lease: Duration::from_millis(limits::ATTACHMENT_CHECK_LEASE_MS),
        again_after: Some(Duration::from_millis(limits::ATTACHMENT_CHECK_RETRY_MS)),
    };
    registry.delivery_within(uploads::CHECK, limits, CheckFiles(Arc::new(checks)))
}

struct CheckFiles(Arc<Checks>);

impl Deliver for CheckFiles {
    async fn attempt(&self, leased: &Leased) -> Result<(), DeliveryFault> {
        let id: UploadId = leased
            .key
            .parse()
            .map_err(|_| DeliveryFault::Permanent("the key is no upload's id".to_owned()))?;
        self.0.check(id).await.map_err(|fault| {
            if !matches!(fault, CheckFault::NotReached(_)) {
                tracing::warn!(file = %id, cause = %chain(&fault), "a file could not be checked; it is tried again");
            }
            DeliveryFault::Temporary(fault.to_string())
        })
    }
}

/// Deletes uploads that no message has named in time, and bytes that no upload refers to, until the
/// instance drains. All instances do this; each takes other rows. It is held like all work that
/// cannot be undone.
pub async fn remove_bytes(parts: Background, blobs: Blobs) {
    let outage = OutageLog::new("blob_removals");
    let mut pace = Pace::new(limits::BLOB_REMOVAL_INTERVAL_MS, None, &parts.lifecycle);
    let mut swept = Instant::now();
    let mut is_marked = false;
    loop {
        // A service that was away at the start could not be marked then.
        is_marked = is_marked || mark_new_store(&parts.store, &blobs).await.is_ok();
        if swept.elapsed() > Duration::from_millis(limits::BLOB_LEFTOVER_MS) {
            swept = Instant::now();
            if let Err(error) = blobs.sweep_leftovers().await {
                tracing::warn!(cause = %chain(&error), "unfinished files could not be deleted");
            }
        }
        let stop = &parts.lifecycle.stop;
        let portion = stop.run_until_cancelled(portion(&parts, &blobs));
        let Some(result) = portion.await else {
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

/// Does one portion. Returns whether there may be more.
async fn portion(parts: &Background, blobs: &Blobs) -> Result<bool, StoreError> {
    let (due, _) = uploads::removals(&parts.store).await?;
    metrics::gauge!("helpline_blob_removals_due").set(due as f64);
    let (mut transaction, held) = parts.hold.begin().await?;
    if held.holds() {
        transaction.roll_back().await?;
        return Ok(false);
    }
    let expired = uploads::expire_in(&mut transaction).await?;
    let keys = uploads::take_removals_in(&mut transaction).await?;
    transaction.commit().await?;
    metrics::counter!("helpline_uploads_expired_total").increment(expired);
    let (mut removed, mut absent) = (Vec::with_capacity(keys.len()), Vec::new());
    for key in &keys {
        match remove(blobs, key).await {
            Ok(Removal::Removed) => removed.push(key.clone()),
            Ok(Removal::Absent) => absent.push(key.clone()),
            Ok(Removal::Kept) => {
                tracing::error!("the store still has bytes that were deleted; it is tried again");
            }
            Err(error) => {
                tracing::warn!(cause = %chain(&error), "bytes could not be deleted; it is tried again");
            }
        }
    }
    uploads::removed(&parts.store, &removed, &absent).await?;
    metrics::counter!("helpline_blobs_removed_total").increment(removed.len() as u64);
    let most = limits::BLOB_REMOVALS_MAX.unsigned_abs();
    let all_removed = removed.len() + absent.len() == keys.len();
    Ok(all_removed && (keys.len() as u64 >= most.into() || expired >= most.into()))
}

/// What became of bytes that are to be deleted.
enum Removal {
    /// The store had them, and no longer has them.
    Removed,
    /// The store did not have them.
    Absent,
    /// The store still has them.
    Kept,
}

async fn remove(blobs: &Blobs, key: &str) -> Result<Removal, BlobError> {
    if !blobs.exists(key).await? {
        return Ok(Removal::Absent);
    }
    blobs.delete(key).await?;
    Ok(if blobs.exists(key).await? {
        Removal::Kept
    } else {
        Removal::Removed
    })
}
