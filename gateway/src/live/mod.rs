//! The engine: rooms, and what is told to them.

pub mod access_check;
pub mod epoch;
pub mod frames;
pub(crate) mod gaps;
pub mod inbox;
pub mod presence;
pub mod read_positions;
pub mod relay;
pub mod rooms;
pub mod sweep;
