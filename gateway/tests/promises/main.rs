//! The promises, each kept while something real is broken: gateways as processes, a Postgres and a Redis of the tests' own.

mod client;
mod desk;

mod access;
mod bad_rows;
mod delivery;
mod epoch;
mod faults;
mod inbox;
mod live;
mod retries;
mod roles;
mod slow;
