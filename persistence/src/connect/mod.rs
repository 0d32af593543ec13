//! Connects to a Postgres server. Addresses are written as for libpq, including its TLS parameters,
//! of which tokio-postgres supports only some.

mod address;
mod pooler;
mod probe;
mod tls;
mod variables;

pub use address::{Address, AddressError, TlsMode, is_this_machine};
pub(crate) use pooler::lends_transactions;
pub use probe::{Probe, probe};
pub use variables::completed;
