//! People who mean harm, against a real gateway: each test does the harm and watches what a real user notices of it.

#![allow(clippy::unwrap_used, clippy::disallowed_methods, missing_docs, reason = "tests say what they expect")]

#[allow(dead_code, reason = "shared with the promises")]
#[path = "../promises/client.rs"]
mod client;
#[allow(dead_code, reason = "shared with the promises")]
#[path = "../promises/desk.rs"]
mod desk;
mod measure;
mod raw;

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
