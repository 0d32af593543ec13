//! How many files an instance makes at the same time: each reads the database portion by portion for as long as its client takes.

use std::sync::Arc;

use helpline_core::limits;
use helpline_core::reject::{Reject, RejectCode};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::problem::Refusal;

/// The places of exports.
#[derive(Clone)]
pub(super) struct Exports(Arc<Semaphore>);

/// One of them, until it is dropped.
pub(super) struct ExportPlace {
    _permit: OwnedSemaphorePermit,
}

impl Default for Exports {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(limits::ACCESS_LOG_EXPORTS_MAX)))
    }
}

impl Exports {
    /// Takes one.
    ///
    /// # Errors
    /// `overloaded` while as many are under way as may be.
    pub(super) fn place(&self) -> Result<ExportPlace, Refusal> {
        let permit = Arc::clone(&self.0).try_acquire_owned();
        let permit = permit.map_err(|_| {
            let why = "this instance is making other files; retry later";
            Reject::new(RejectCode::Overloaded, why).retry_after_ms(RETRY_MS)
        })?;
        Ok(ExportPlace { _permit: permit })
    }
}

const RETRY_MS: u64 = 5_000;
