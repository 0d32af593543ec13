//! Tests of the database layer with a real Postgres server. This test binary starts one cluster
//! with a migrated template database, and each test gets a copy of the template.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test stops at the first thing that is not as it should be"
)]

mod access;
mod access_log;
mod access_rows;
mod administrators;
mod append;
mod append_one;
mod assignments;
mod backfill;
mod bench;
mod catalog;
mod changes;
mod concurrency;
mod folding;
mod following;
mod imports;
mod instances;
mod interruptions;
mod letters;
mod lists;
mod logging;
mod messages;
mod migrations;
mod names;
mod numbered;
mod own_tickets;
mod people;
mod plans;
mod pool;
mod pooler;
mod read_positions;
mod redaction;
mod replies;
mod restored;
mod retention;
mod roles;
mod runbooks;
mod sizes;
mod stats;
mod subjects;
mod sweep;
mod test_db;
mod tickets;
mod tls;
mod twins;
mod waiting;
mod waiting_lists;
