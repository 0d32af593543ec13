//! The rig starts the real components on free ports and breaks them on purpose. Tests, the load
//! generator and `helpline dev` use it.
//!
//! - [`Postgres`], [`Redis`], [`Gateway`]: one real process each; stop, kill -9, restart on the
//!   same port, freeze and thaw
//! - [`Sentinel`]: watches a Redis and its replica; [`RedisShards`]: a Redis Cluster of several
//!   masters
//! - [`PgBouncer`]: a connection pooler in front of Postgres, if PgBouncer is installed
//! - [`Dump`]: a logical backup, restored into the same cluster or a different one;
//!   [`Postgres::upgraded`]: an in-place upgrade to the next major version
//! - [`Clamd`]: the scanner of attachments, if it is installed; [`ScannerDouble`]: one that hangs,
//!   lies and cuts
//! - [`S3`]: a server that speaks S3, SeaweedFS or moto, if it is installed
//! - [`Proxy`]: a TCP proxy that cuts, refuses, delays, throttles, stalls and half-opens
//!   connections
//! - `certificates` (a feature): a certificate authority for TLS
//! - [`free_port`], [`spawn`]: the building blocks of these types
//! - [`testing`]: the test kit, with a migrated database for each test, and signed tokens
//!
//! Child processes end when the process that started them ends, even if SIGKILL ends the parent
//! (see [`spawn`]). All waiting is async, so a test's clients keep running while a server stops.

#[cfg(feature = "certificates")]
pub mod certificates;
mod clamd;
mod cluster;
mod dump;
mod error;
mod gateway;
mod locate;
mod pgbouncer;
mod port;
mod postgres;
mod process;
mod proxy;
mod redis;
mod redis_shards;
mod s3;
mod sentinel;
mod spawn;
pub mod testing;
mod upgrade;

pub use clamd::{Clamd, EICAR_NAME, ScannerDouble, ScannerMood, eicar};
pub use dump::Dump;
pub use error::RigError;
pub use gateway::{Gateway, GatewaySpec};
pub use pgbouncer::{PgBouncer, PoolMode};
pub use port::free_port;
pub use postgres::Postgres;
pub use process::Process;
pub use proxy::Proxy;
pub use redis::Redis;
pub use redis_shards::RedisShards;
pub use s3::S3;
pub use sentinel::Sentinel;
pub use spawn::{ParentDeath, spawn};
