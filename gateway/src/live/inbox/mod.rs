//! The consoles' lists, live: the newest state of the tickets that changed, at most one frame per 100 ms and console, however busy the desk.
//! Consoles with the same filter share one frame.
//!
//! - [`state`]: which tickets changed, and what the consoles know; [`group`]: the consoles with one filter; [`ticker`]: reads and sends
//! - [`figures`]: the desk's figures; [`presence`]: who looks at which ticket

mod figures;
mod group;
mod presence;
mod state;
mod ticker;

pub use state::Inbox;
pub use ticker::run;

#[cfg(test)]
mod tests;
