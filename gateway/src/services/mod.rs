//! What a person or a job may do. Each function decides, writes and publishes, in this one place, for REST, WebSocket and jobs alike: no
//! caller publishes what it wrote.

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
