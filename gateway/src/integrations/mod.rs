//! Clients of other services that the desk calls over HTTP.

pub mod oidc;
pub mod outgoing;
