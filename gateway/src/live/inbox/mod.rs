//! Live updates of the consoles' ticket lists: the latest state of changed tickets, in at most one
//! frame per console every 100 ms, however busy the desk is. Consoles with the same filter share
//! one frame.
//!
//! - [`state`]: which tickets changed, and what the consoles know; [`group`]: the consoles with the
//!   same filter; [`ticker`]: reads and sends
//! - [`figures`]: the desk's figures; [`presence`]: which staff have which ticket open

mod figures;
mod group;
mod presence;
mod state;
mod ticker;

pub use state::Inbox;
pub use ticker::run;

#[cfg(test)]
mod tests;
