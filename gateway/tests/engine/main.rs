//! The engine's parts, made alone over a real Postgres: no gateway, no socket.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    missing_docs,
    reason = "tests say what they expect"
)]

mod gaps;
#[path = "../kit/mod.rs"]
mod kit;
mod membership;
mod parts;
mod transactions;
