//! `/v1/ws`: the upgrade, and one connection's life.
//!
//! - [`state`]: what all connections share; [`upgrade`]: bounds, subprotocol; [`origins`]: whose pages may come
//! - [`hello`]: from the upgrade to `welcome`, and the end
//! - [`connection`]: the loop that reads, writes, beats and ends; the only task that writes to the socket
//! - [`inbound`]: frames in, within their rate; [`dispatch`]: one frame, and what it sets in motion
//! - [`requests`]: what needs the database before it can be answered, in the order asked
//! - [`join`]: `subscribe`: the right to it, the room, the relay; [`catch_up`]: from the history to live
//! - [`subscriptions`]: what one connection follows
//! - [`wire`]: bytes, bounded; [`echo`]: for conformance tests

mod catch_up;
mod connection;
mod dispatch;
pub mod echo;
mod hello;
mod inbound;
mod join;
mod origins;
mod requests;
pub mod state;
mod subscriptions;
mod upgrade;
mod wire;

pub use origins::OriginsRefused;
pub use upgrade::upgrade;
