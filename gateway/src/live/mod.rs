//! The engine: what is written somewhere reaches every connection that watches it.
//!
//! [`hub`] conducts: own commits and other instances' news come in there and go to the ticket's room, to other instances and to the
//! consoles. Everything else here knows only what it needs of that:
//!
//! - [`resets`]: a room starts over, because its history is another one or cannot be read
//! - [`rooms`]: one ticket's members on this instance, in order, without a hole; pure, and reports a gap
//! - [`gaps`]: fills a gap from the database; [`sweep`]: finds what the relay lost; [`epoch`]: which history the numbers belong to
//! - [`relay`]: news between instances; [`frames`]: one encoding for all receivers
//! - [`inbox`], [`presence`], [`typing`], [`read_positions`]: state that is no history
//! - [`access_check`]: whether the connected people still have their role

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
