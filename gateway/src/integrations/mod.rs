//! The outside world: other services that the desk asks over HTTP.

pub mod https;
pub mod oidc;
