//! Limits how many exports an instance runs at the same time. An export reads the database in
//! portions for as long as its client keeps downloading.

use std::sync::Arc;

use helpline_core::limits;
use helpline_core::reject::{Reject, RejectCode};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::problem::Refusal;

/// The permits for concurrent exports of the access log.
#[derive(Clone)]
pub(super) struct Exports(Arc<Semaphore>);

/// The permit of one running export of the access log. Dropping it allows another export to start.
pub(super) struct ExportPlace {
    _permit: OwnedSemaphorePermit,
}

impl Default for Exports {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(limits::ACCESS_LOG_EXPORTS_MAX)))
    }
}

impl Exports {
    /// Takes a permit for one export.
    ///
    /// # Errors
    /// `overloaded` if [`limits::ACCESS_LOG_EXPORTS_MAX`] exports are running.
    pub(super) fn place(&self) -> Result<ExportPlace, Refusal> {
        let permit = Arc::clone(&self.0).try_acquire_owned();
        let permit = permit.map_err(|_| {
            let why = "this instance is running too many exports; retry later";
            Reject::new(RejectCode::Overloaded, why).retry_after_ms(RETRY_MS)
        })?;
        Ok(ExportPlace { _permit: permit })
    }
}

const RETRY_MS: u64 = 5_000;
