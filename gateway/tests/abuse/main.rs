//! Attacks on a real gateway. Each test attacks the gateway and checks what a real user notices
//! during the attack.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    missing_docs,
    reason = "tests say what they expect"
)]

#[path = "../kit/mod.rs"]
mod kit;
mod measure;
mod raw;

mod canary;
mod conformance;
mod crossed;
mod crowd;
mod dawdle;
mod floods;
mod half_written;
mod logs;
mod matrix;
mod oversize;
mod unknown_fields;
mod upgrade;

use kit::{client, test_server};
