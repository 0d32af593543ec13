//! The interface through which the relay's subscriber delivers received messages and asks which
//! tickets and consoles this instance has.

use helpline_core::ids::TicketId;
use helpline_core::protocol::RelayFrame;

use crate::connections::WakeList;

/// Receives messages of other instances from the relay.
pub trait RelayEvents: Send + Sync {
    /// Handles a frame that another instance sent.
    fn receive(&self, frame: RelayFrame, wakes: &mut WakeList);

    /// Called when messages may have been lost, or came from another database. The implementation
    /// should poll the database immediately.
    fn news_lost(&self);

    /// The tickets that have rooms on this instance.
    fn open_tickets(&self) -> Vec<TicketId>;

    /// Whether any agent console is connected to this instance.
    fn inbox_is_watched(&self) -> bool;
}
