//! The promises, each kept while something real is broken: gateways as processes, a Postgres and a Redis of the tests' own.

mod client;
mod names;
mod other_versions;
mod overheard;
mod test_server;

mod access;
mod bad_rows;
mod cloned;
mod delivery;
mod epoch;
mod faults;
mod inbox;
mod large_rows;
mod live;
mod restored;
mod retries;
mod rewound;
mod roles;
mod slow;
mod upgraded;
