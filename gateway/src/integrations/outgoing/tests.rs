//! Tests of outgoing requests: which targets are refused, names that change their address, and
//! services that behave badly.

mod addresses;
mod hostile;
mod names;
mod resolver;
mod server;
mod urls;

use axum::http::{Request, Response};

use super::{HttpClient, OutgoingFault, Trust};
use crate::config::AllowedTarget;

/// Time limit of a request that is expected to end well. Long, for machines that do other work.
const TIMEOUT_MS: u64 = 10_000;
/// Maximum bytes of an answer's body in these tests.
const BYTES_MAX: u64 = 1_000;

fn admin(allowed: &[&str]) -> Trust {
    let allowed = allowed
        .iter()
        .map(|target| target.parse::<AllowedTarget>().expect("a target"));
    Trust::Admin(allowed.collect())
}

/// A client that looks up hosts as the system does.
fn client(trust: Trust) -> HttpClient {
    HttpClient::new(trust, None, TIMEOUT_MS, BYTES_MAX)
}

fn get(client: &HttpClient, url: &str) -> Result<Response<Vec<u8>>, OutgoingFault> {
    client.call(Request::get(url).body(Vec::new()).expect("a request"))
}

/// Whether the request ended well, as one word: `sent`, or the code of its fault.
fn outcome(result: &Result<Response<Vec<u8>>, OutgoingFault>) -> &'static str {
    result.as_ref().map_or_else(OutgoingFault::code, |_| "sent")
}
