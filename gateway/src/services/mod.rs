//! What a person or a job may do. Each function decides, writes and publishes, in this one place, for REST, WebSocket and jobs alike: no
//! caller publishes what it wrote. A function whose name ends in `_in` decides and writes within a transaction of its caller's, which ends with
//! [`commit`]: so a job makes several changes at once, by the same code as a request.

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

/// Commits a transaction and publishes the events that were written in it.
///
/// # Errors
/// As the database; nothing is published then.
pub async fn commit(transaction: Transaction, hub: &Hub) -> Result<(), StoreError> {
    let rows = transaction.commit().await?;
    hub.publish(&rows);
    Ok(())
}
