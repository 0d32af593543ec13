//! The record against a real Postgres: one cluster for this binary, a migrated template, one database per test.

mod access;
mod append;
mod bench;
mod catalog;
mod concurrency;
mod desk;
mod logging;
mod messages;
mod pool;
mod sweep;
mod tickets;
