//! Rows that this program cannot read: written by a newer version, or by SQL that no check forbids. Each harms its own ticket only: a
//! history row is replaced by what is left of it, other rows are left out. All are counted; each is logged once.

use std::collections::HashSet;
use std::fmt::Display;

use helpline_core::limits;
use parking_lot::Mutex;

use crate::StoreError;
use crate::error::chain;

/// The rows that have been logged.
#[derive(Default)]
pub(crate) struct Undecodable(Mutex<HashSet<String>>);

impl Undecodable {
    /// Counts a row that cannot be read, and logs it when it is the first time.
    pub(crate) fn met(&self, what: &'static str, id: impl Display, why: &StoreError) {
        metrics::counter!("helpline_undecodable_rows_total").increment(1);
        let mut logged = self.0.lock();
        if logged.len() < limits::UNDECODABLE_LOGGED_MAX && logged.insert(format!("{what} {id}")) {
            tracing::error!(what, %id, cause = %chain(why), "a row cannot be decoded; the others are served");
        }
    }

    /// What was decoded; a row that was not is left out.
    pub(crate) fn leave_out<T>(
        &self,
        what: &'static str,
        id: impl Display,
        decoded: Result<T, StoreError>,
    ) -> Option<T> {
        decoded.map_err(|error| self.met(what, id, &error)).ok()
    }
}
