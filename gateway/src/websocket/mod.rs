//! The WebSocket endpoint `/v1/ws`: the upgrade, and the lifecycle of a connection.
//!
//! - [`state`]: state shared by all connections; [`upgrade`]: checks limits and subprotocol;
//!   [`origins`]: the web pages that may connect
//! - [`hello`]: from the upgrade to `welcome`, and the end of the connection
//! - [`connection`]: the loop that reads, writes, sends heartbeats and ends the connection; no
//!   other task writes to the socket
//! - [`inbound`]: rate limits for incoming frames; [`dispatch`]: handles one frame
//! - [`requests`]: handles frames that need the database, in order
//! - [`join`]: handles `subscribe`: access check, room and relay channel; [`catch_up`]: sends the
//!   history until the member is live
//! - [`subscriptions`]: the tickets that one connection follows
//! - [`wire`]: reads and writes with size and time limits; [`echo`]: an endpoint for conformance
//!   tests

mod catch_up;
mod connection;
mod dispatch;
pub mod echo;
mod hello;
mod inbound;
mod join;
mod origins;
mod refused_upgrades;
mod requests;
pub mod state;
mod subscriptions;
mod upgrade;
mod wire;

pub use refused_upgrades::RefusedUpgrades;
pub use upgrade::upgrade;
