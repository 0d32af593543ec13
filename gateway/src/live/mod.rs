//! The live engine: delivers every committed event to every connection that follows its ticket.
//!
//! [`hub`] coordinates. Commits of this instance and messages from other instances arrive there and
//! are passed to the ticket's room, to other instances and to the consoles. The other modules know
//! only their own part:
//!
//! - [`resets`]: restarts a room whose history was replaced or cannot be read
//! - [`rooms`]: one ticket's members on this instance, in order and without gaps; pure, and reports
//!   a gap
//! - [`gaps`]: fills a gap from the database; [`sweep`]: finds what the relay lost; [`epoch`]: the
//!   history that the sequence numbers belong to
//! - [`relay`]: messages between instances; [`frames`]: one encoding shared by all receivers
//! - [`inbox`], [`presence`], [`typing`], [`read_positions`]: state that is not part of the history
//! - [`access_check`]: checks that connected people still have their role

pub mod access_check;
pub mod epoch;
#[cfg(test)]
mod fixtures;
pub mod frames;
pub mod gaps;
pub mod hub;
pub mod inbox;
pub mod presence;
pub mod read_positions;
pub mod relay;
pub mod resets;
pub mod rooms;
pub mod sweep;
pub mod sweep_signal;
pub mod typing;

pub use hub::{Hub, Membership};
