//! Helpline's server. One message's way through it:
//!
//! [`websocket`] reads a frame → [`writer`] commits it in a batch → [`live`] hands the rows to rooms, the relay and the inbox → members'
//! queues in [`connections`] → [`websocket`] writes. What the relay loses, the sweep finds in the database.
//!
//! From top to bottom; a room uses only rooms below it:
//!
//! - [`cli`], [`dev`]: how it starts; [`server`]: one instance from its parts to its last connection
//! - [`http`], [`websocket`], [`jobs`]: the ways in
//! - [`services`]: what a person or a job may do
//! - [`writer`], [`live`], [`connections`], [`database`]: the engine
//! - [`auth`], [`integrations`], [`runtime`], [`config`]: the ground

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
