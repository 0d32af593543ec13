//! Clients of other services that the desk calls, the store of attachments, and what is done with their bytes.

pub mod blobs;
pub mod oidc;
pub mod outgoing;
pub mod previews;
pub mod scanner;
