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
mod adopted;
mod adoption;
mod append;
mod append_one;
mod assignments;
mod backfill;
mod bench;
mod cached_plans;
mod catalog;
mod changes;
mod concurrency;
mod deliveries;
mod erasures;
mod folding;
mod follow;
mod follow_faults;
mod follow_recent;
mod follow_windows;
mod following;
mod imports;
mod instances;
mod interruptions;
mod legal_holds;
mod letters;
mod lists;
mod logging;
mod messages;
mod migrations;
mod names;
mod numbered;
mod over_privileged;
mod own_tickets;
mod people;
mod plans;
mod platform_api;
mod platform_api_switch;
mod platform_api_writes;
mod platform_names;
mod platform_staff;
mod pool;
mod pooler;
mod read_positions;
mod redaction;
mod replies;
mod restored;
mod retention;
mod retention_rules;
mod retention_runs;
mod roles;
mod runbooks;
mod schedules;
mod set_right;
mod sizes;
mod stats;
mod subjects;
mod sweep;
mod system;
mod test_db;
mod tickets;
mod timers;
mod tls;
mod twins;
mod uploads;
mod waiting;
mod waiting_lists;
