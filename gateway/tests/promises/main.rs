//! Tests what Helpline promises while Postgres, Redis or another real component is broken. Gateways
//! run in their own processes, with a Postgres and a Redis that only the tests use.

#[path = "../kit/mod.rs"]
mod kit;
mod many_readers;
mod names;
mod other_versions;
mod overheard;
mod platform_api;
mod platform_people;
mod platform_staff;
#[path = "../abuse/raw.rs"]
#[allow(
    dead_code,
    clippy::unwrap_used,
    reason = "shared with the suite of abuse"
)]
mod raw;

mod access;
mod bad_rows;
mod blocked;
mod cloned;
mod delivery;
mod epoch;
mod faults;
mod frozen_database;
mod host_lists;
mod inbox;
mod large_rows;
mod live;
mod locked;
mod long_histories;
mod neighbours;
mod read_only;
mod redacted_live;
mod redis_moves;
mod redis_shards;
mod restored;
mod retention;
mod retries;
mod rewound;
mod roles;
mod slow;
mod stopping;
mod subjects;
mod taken_once;
mod tls;
mod upgraded;

use kit::{client, test_server};
