//! Tests of files with real processes, sockets and a store: who may have a file, what a connection
//! that is cut leaves behind, the order of events, and that bytes are really gone.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test stops at the first thing that is not as it should be"
)]

#[path = "../kit/mod.rs"]
mod kit;

mod desk;
mod downloads;
mod notes;
mod removal;
mod scanning;
mod uploads;
mod world;
