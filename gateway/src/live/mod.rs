//! The live engine delivers every committed event to every connection that follows the event's
//! ticket.
//!
//! [`hub`] coordinates the other modules. Commits of this instance and messages from other
//! instances go to the hub. The hub passes them to the ticket's room, to other instances and to
//! agent consoles. Each of the other modules has one task:
//!
//! - [`resets`]: makes a room's members load the ticket's history again, after a database restore
//!   or redaction, or if a row of the history cannot be decoded
//! - [`rooms`]: delivers one ticket's events to its members on this instance, in order and without
//!   gaps; does no I/O
//! - [`gaps`]: reads the events that a room is missing from the database
//! - [`sweep`]: finds events that the relay lost; [`commit_signal`]: wakes background work that reads
//!   the history
//! - [`epoch`]: identifies the history that sequence numbers belong to
//! - [`relay`]: messages between instances; [`frames`]: one encoding that all receivers share
//! - [`inbox`], [`presence`], [`typing`], [`read_positions`]: state that is not part of the history
//! - [`access_check`]: checks that connected people still have their role

pub mod access_check;
pub mod commit_signal;
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
