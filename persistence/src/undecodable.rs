//! Rows that this program cannot decode: a newer version wrote them, or SQL that no constraint
//! forbids. Such a row affects only its own ticket. A history row is replaced by its readable
//! parts; any other row is left out. All of them are counted, and each is logged once.

use std::collections::HashSet;
use std::fmt::Display;

use helpline_core::limits;
use parking_lot::Mutex;

use crate::StoreError;
use crate::error::chain;

/// The rows that were already logged.
#[derive(Default)]
pub(crate) struct Undecodable(Mutex<HashSet<String>>);

impl Undecodable {
    /// Counts a row that cannot be decoded, and logs it the first time.
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
