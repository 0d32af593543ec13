//! Live updates for the ticket lists of agent consoles. Every 100 ms, each console gets at most one
//! frame with the latest state of changed tickets, however busy the desk is. Consoles with the same
//! filter share one frame.
//!
//! - [`state`]: which tickets changed, and what the consoles have received; [`group`]: the consoles
//!   with the same filter; [`ticker`]: reads the changed tickets and sends them
//! - [`figures`]: the desk's statistics; [`presence`]: which staff have which ticket open

mod figures;
mod group;
mod presence;
mod state;
mod ticker;

pub use state::Inbox;
pub use ticker::run;

#[cfg(test)]
mod tests;
