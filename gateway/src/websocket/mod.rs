//! `/v1/ws`: the upgrade, and the lifecycle of one connection.
//!
//! - [`state`]: state shared by all connections; [`upgrade`]: limits and subprotocol; [`origins`]:
//!   the pages that may connect
//! - [`hello`]: from the upgrade to `welcome`, and the end of the connection
//! - [`connection`]: the loop that reads, writes, sends heartbeats and ends the connection; the
//!   only task that writes to the socket
//! - [`inbound`]: rate-limits incoming frames; [`dispatch`]: handles one frame
//! - [`requests`]: handles frames that need the database, in order
//! - [`join`]: `subscribe`: access check, room and relay channel; [`catch_up`]: sends the history
//!   until the member is live
//! - [`subscriptions`]: the tickets that one connection follows
//! - [`wire`]: bounded reads and writes; [`echo`]: an endpoint for conformance tests

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
