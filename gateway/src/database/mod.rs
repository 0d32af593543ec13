//! Database access shared by the other modules: batched reads, sign-in, the audit log, and the
//! mapping of errors to codes.

pub mod audit_log;
pub mod batch_loader;
pub mod errors;
pub(crate) mod in_parts;
pub mod loaders;
pub mod outage;
mod own_searches;
pub mod sign_in;

pub use audit_log::AuditLog;
pub use loaders::{TicketAccessLoader, TicketPositionLoader};
pub use own_searches::OwnSearches;
pub use sign_in::SignIn;
