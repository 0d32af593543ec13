//! The operations that a person or a job can perform. Each function checks whether the operation is
//! allowed, writes it and publishes its events, so its callers (REST, WebSocket and jobs) never
//! publish events themselves. A function with the suffix `_in` only checks and writes, in a
//! transaction of its caller; [`commit`] ends the transaction and publishes. A job can thus make
//! several changes in one transaction.

pub mod attachments;
pub mod background;
pub mod hold;
pub mod messages;
pub mod opening_hours;
pub mod people;
pub mod retention;
pub mod saved_replies;
pub mod settings;
pub mod tickets;

pub use attachments::Attachments;
pub use background::{BackgroundNames, Jobs};
pub use hold::{Held, Hold};
pub use messages::Messages;
pub use people::People;
pub use retention::Retention;
pub use saved_replies::SavedReplies;
pub use settings::DeskSettings;
pub use tickets::Tickets;

use helpline_core::history::HistoryRow;
use helpline_persistence::{StoreError, Transaction};

use crate::live::Hub;

/// Commits a transaction, and publishes the events written in it.
///
/// # Errors
/// When the commit fails. In this case nothing is published.
pub async fn commit(transaction: Transaction, hub: &Hub) -> Result<(), StoreError> {
    let rows = transaction.commit().await?;
    publish(&rows, hub);
    Ok(())
}

/// Publishes events of a transaction that was committed elsewhere, as by a consumer's poll. The
/// events of one ticket must be in order.
pub fn publish(rows: &[HistoryRow], hub: &Hub) {
    hub.publish(rows);
}
