//! Helpline's server. The path of a message through the modules:
//!
//! [`websocket`] reads a frame → [`writer`] commits it in a batch → [`live`] passes the committed
//! events to rooms, the relay and the inbox → the send queues of the members' [`connections`] →
//! [`websocket`] writes. If the relay loses an event, the sweep reads it from the database.
//!
//! The modules, from top to bottom. A module uses only modules on lines below its own:
//!
//! - [`cli`], [`dev`]: the commands; [`server`]: builds, runs and stops one instance
//! - [`http`], [`websocket`], [`jobs`]: the entry points
//! - [`services`]: the operations that the entry points call
//! - [`writer`], [`live`], [`connections`], [`database`]: the engine
//! - [`auth`], [`integrations`], [`runtime`], [`config`]: the foundation

pub mod auth;
pub mod cli;
pub mod config;
pub mod connections;
pub mod database;
#[cfg(feature = "dev")]
pub mod dev;
pub mod http;
pub mod integrations;
pub mod jobs;
pub mod live;
pub mod runtime;
pub mod server;
pub mod services;
pub mod websocket;
pub mod writer;
