//! How a server is reached: an address as operators write it, with libpq's words for TLS, which tokio-postgres knows only in part.

mod address;
mod pooler;
mod probe;
mod tls;
mod variables;

pub use address::{Address, AddressError, TlsMode, is_this_machine};
pub(crate) use pooler::lends_transactions;
pub use probe::{Probe, probe};
pub use variables::completed;
