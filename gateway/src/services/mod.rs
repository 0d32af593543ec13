//! The operations that a person or a job can perform. Each function decides, writes and publishes
//! in one place for REST, WebSocket and jobs, so that no caller publishes what it wrote. A function
//! with the suffix `_in` decides and writes in its caller's transaction, which ends with
//! [`commit`]. So a job can make several changes at once with the same code as a request.

pub mod messages;
pub mod opening_hours;
pub mod people;
pub mod saved_replies;
pub mod settings;
pub mod tickets;

pub use messages::Messages;
pub use people::People;
pub use saved_replies::SavedReplies;
pub use settings::DeskSettings;
pub use tickets::Tickets;

use helpline_persistence::{StoreError, Transaction};

use crate::live::Hub;

/// Commits a transaction, and publishes the events written in it.
///
/// # Errors
/// When the commit fails. Nothing is published then.
pub async fn commit(transaction: Transaction, hub: &Hub) -> Result<(), StoreError> {
    let rows = transaction.commit().await?;
    hub.publish(&rows);
    Ok(())
}
