//! The interface through which the subscriber delivers messages and queries local state.

use helpline_core::ids::TicketId;
use helpline_core::protocol::RelayFrame;

use crate::connections::WakeList;

/// The receiver of other instances' messages.
pub trait RelayEvents: Send + Sync {
    /// Handles a frame from another instance.
    fn receive(&self, frame: RelayFrame, wakes: &mut WakeList);

    /// Called when messages may have been lost, or came from another database: the database should
    /// be read now.
    fn news_lost(&self);

    /// The tickets that have rooms on this instance.
    fn open_tickets(&self) -> Vec<TicketId>;

    /// Whether any console on this instance follows the inbox.
    fn inbox_is_watched(&self) -> bool;
}
