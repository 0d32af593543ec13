//! The database as the other parts use it.

pub mod audit_log;
pub(crate) mod batch_loader;
pub mod errors;
