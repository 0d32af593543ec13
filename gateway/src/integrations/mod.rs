//! Clients of other services that the desk calls over HTTP.

pub mod https;
pub mod oidc;
