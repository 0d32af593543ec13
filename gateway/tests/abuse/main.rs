//! People who mean harm, against a real gateway: each test does the harm and watches what a real user notices of it.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    missing_docs,
    reason = "tests say what they expect"
)]

#[allow(dead_code, reason = "shared with the promises")]
#[path = "../promises/client.rs"]
mod client;
mod measure;
mod raw;
#[allow(dead_code, reason = "shared with the promises")]
#[path = "../promises/test_server.rs"]
mod test_server;

mod canary;
mod conformance;
mod crossed;
mod crowd;
mod dawdle;
mod floods;
mod logs;
mod matrix;
mod oversize;
mod unknown_fields;
mod upgrade;
