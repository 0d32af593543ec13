//! Tests single components of the gateway on a real Postgres, without a gateway process or a
//! socket.

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
