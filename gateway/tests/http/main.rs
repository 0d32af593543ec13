//! Tests the REST interface from outside, with a real Postgres, a running instance, and requests
//! over TCP.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    missing_docs,
    reason = "tests say what they expect"
)]

mod access;
mod access_actions;
mod access_log;
mod assignments;
mod audit;
mod availability;
mod blob_commands;
mod blocking;
mod bulk;
mod commands;
mod compressed;
mod conversation;
mod cross_origin;
mod described;
mod dev;
mod endpoints;
mod erasures;
mod exact_numbers;
mod field_samples;
mod figures;
mod file_samples;
mod job_commands;
mod job_samples;
mod jobs;
#[path = "../kit/mod.rs"]
mod kit;
mod lists;
mod managed_roles;
mod messages;
mod null_and_twice;
mod numbers;
mod oidc;
mod pages;
mod people;
mod preconditions;
mod problems;
mod redactions;
mod replies;
mod request_ids;
mod retention;
mod seen_assignee;
mod signed_out;
mod starting;
mod system;
mod test_server;
mod unknown_fields;
mod waiting;
mod widget;
