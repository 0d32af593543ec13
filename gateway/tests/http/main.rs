//! REST from outside: a real Postgres, a real instance, requests over a socket.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    missing_docs,
    reason = "tests say what they expect"
)]

mod access;
mod audit;
mod availability;
mod bulk;
mod commands;
mod conversation;
mod cross_origin;
mod dev;
mod endpoints;
mod field_samples;
mod lists;
mod messages;
mod null_and_twice;
mod numbers;
mod pages;
mod people;
mod problems;
mod replies;
mod test_server;
mod unknown_fields;
mod waiting;
