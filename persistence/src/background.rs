//! Whether background work that cannot be undone may run: only in the database, and at the public
//! address, that are confirmed to be production, and only while the database's clock is trusted.

use chrono::{DateTime, Utc};
use tokio_postgres::Row;

use crate::{Caller, Store, StoreError, Transaction, rows};

const CONFIRM_FIRST: &str = include_str!("../sql/background/confirm_first.sql");
const HOLD: &str = include_str!("../sql/background/hold.sql");
const CONFIRM: &str = include_str!("../sql/background/confirm.sql");
const PAUSE_CLOCK: &str = include_str!("../sql/background/pause_clock.sql");
const RESUME_CLOCK: &str = include_str!("../sql/background/resume_clock.sql");

/// Why background work that cannot be undone is held, if it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Hold {
    /// Whether the database or the public address is another one than the confirmed ones.
    pub is_unconfirmed: bool,
    /// The confirmed public address. `None` if nothing was ever confirmed.
    pub public_url: Option<String>,
    /// When it was confirmed. `None` after a restore.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// The jump of the database's clock that an admin has yet to check.
    pub clock: Option<ClockJump>,
    /// The time by which background work is due.
    pub now: DateTime<Utc>,
    /// The time of the database's server. The same as `now`, except in tests that set the database's
    /// clock.
    pub server: DateTime<Utc>,
}

/// A jump of the database's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockJump {
    /// Since when work is held because of it.
    pub since: DateTime<Utc>,
    /// By how many milliseconds the clock jumped; negative if it went back.
    pub by_ms: i64,
}

/// Confirms a new database as production, unless it or its original was ever confirmed.
/// `public_url` is empty if no address is set.
///
/// # Errors
/// When the database cannot be written.
pub async fn confirm_first(store: &Store, public_url: &str) -> Result<(), StoreError> {
    store.query(CONFIRM_FIRST, &[&public_url]).await.map(drop)
}

/// Returns whether background work that cannot be undone is held, under the service role.
///
/// # Errors
/// When the database cannot be read.
pub async fn hold(store: &Store, public_url: &str) -> Result<Hold, StoreError> {
    let answer = store.query(HOLD, &[&public_url]).await?;
    decode(rows::first(&answer)?)
}

/// Like [`hold`], on the connection of a transaction. What the transaction then changes is changed in
/// the database that has answered.
///
/// # Errors
/// When the database cannot be read.
pub async fn hold_in(transaction: &mut Transaction, public_url: &str) -> Result<Hold, StoreError> {
    let answer = transaction.query(HOLD, &[&public_url]).await?;
    decode(rows::first(&answer)?)
}

fn decode(row: &Row) -> Result<Hold, StoreError> {
    let (since, by_ms): (_, Option<i64>) = (rows::optional_time(row, 3)?, rows::get(row, 4)?);
    Ok(Hold {
        is_unconfirmed: rows::get(row, 0)?,
        public_url: rows::get(row, 1)?,
        confirmed_at: rows::optional_time(row, 2)?,
        clock: since
            .zip(by_ms)
            .map(|(since, by_ms)| ClockJump { since, by_ms }),
        now: rows::time(row, 5)?,
        server: rows::time(row, 6)?,
    })
}

/// Confirms that this database, with this public address, is production. For admins. The access
/// log records it.
///
/// # Errors
/// [`StoreError::Refused`]: `forbidden`.
pub async fn confirm(store: &Store, caller: &Caller, public_url: &str) -> Result<(), StoreError> {
    store.write(caller, CONFIRM, &[&public_url]).await.map(drop)
}

/// Records a jump of the database's clock, by milliseconds. Work that cannot be undone is held from
/// now on. Returns false if it was held because of the clock already.
///
/// # Errors
/// When the database cannot be written.
pub async fn pause_clock(store: &Store, by_ms: i64) -> Result<bool, StoreError> {
    let answer = store.query(PAUSE_CLOCK, &[&by_ms]).await?;
    rows::get(rows::first(&answer)?, 0)
}

/// Lets work that was held because of the clock go on. For admins. The access log records it.
///
/// # Errors
/// [`StoreError::Refused`]: `forbidden`; `not_found` if it is not held.
pub async fn resume_clock(store: &Store, caller: &Caller) -> Result<(), StoreError> {
    store.write(caller, RESUME_CLOCK, &[]).await.map(drop)
}
