//! What the subscriber hands on, and asks.

use helpline_core::ids::TicketId;
use helpline_core::protocol::RelayFrame;

use crate::connections::WakeList;

/// The receiver of other instances' news.
pub trait RelayEvents: Send + Sync {
    /// Takes a frame of another instance.
    fn receive(&self, frame: RelayFrame, wakes: &mut WakeList);

    /// News may have been lost, or come from another database: the database should be asked now.
    fn news_lost(&self);

    /// The tickets that have rooms here.
    fn open_tickets(&self) -> Vec<TicketId>;

    /// Whether any console here watches the inbox.
    fn inbox_is_watched(&self) -> bool;
}
