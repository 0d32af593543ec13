//! The database layer against a real Postgres: one cluster for this binary, a migrated template, one database per test.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test stops at the first thing that is not as it should be"
)]

mod access;
mod access_rows;
mod administrators;
mod append;
mod backfill;
mod bench;
mod catalog;
mod concurrency;
mod interruptions;
mod lists;
mod logging;
mod messages;
mod migrations;
mod names;
mod people;
mod plans;
mod pool;
mod read_positions;
mod restored;
mod retention;
mod roles;
mod sizes;
mod stats;
mod sweep;
mod test_db;
mod tickets;
mod waiting;
mod waiting_lists;
