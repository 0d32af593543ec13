//! Helpline's server. The path of a message through it:
//!
//! [`websocket`] reads a frame → [`writer`] commits it in a batch → [`live`] passes the rows to rooms, the relay and the inbox → the send
//! queues of the members' [`connections`] → [`websocket`] writes. The sweep reads events that the relay lost from the database.
//!
//! The modules from top to bottom. A module uses only modules below its own line:
//!
//! - [`cli`], [`dev`]: the commands; [`server`]: builds, runs and stops one instance
//! - [`http`], [`websocket`], [`jobs`]: the entry points
//! - [`services`]: the operations that these entry points call
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
