//! Handles rows that this program cannot decode, because a newer version or plain SQL wrote them.
//! Such a row affects only its own ticket: an event is replaced by its readable parts, and any
//! other row is left out. Every occurrence is counted, but a row is logged only once.

use std::collections::HashSet;
use std::fmt::Display;

use helpline_core::limits;
use parking_lot::Mutex;

use crate::StoreError;
use crate::error::chain;

/// The rows that were already logged, so that each row is logged only once.
#[derive(Default)]
pub(crate) struct Undecodable(Mutex<HashSet<String>>);

impl Undecodable {
    /// Counts a row that cannot be decoded, and logs it at the first occurrence.
    pub(crate) fn met(&self, what: &'static str, id: impl Display, why: &StoreError) {
        metrics::counter!("helpline_undecodable_rows_total").increment(1);
        let mut logged = self.0.lock();
        if logged.len() < limits::UNDECODABLE_LOGGED_MAX && logged.insert(format!("{what} {id}")) {
            tracing::error!(what, %id, cause = %chain(why), "a row cannot be decoded; the others are served");
        }
    }

    /// Returns the decoded row, or `None` for a row that cannot be decoded.
    pub(crate) fn leave_out<T>(
        &self,
        what: &'static str,
        id: impl Display,
        decoded: Result<T, StoreError>,
    ) -> Option<T> {
        decoded.map_err(|error| self.met(what, id, &error)).ok()
    }
}
