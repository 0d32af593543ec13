//! The test kit of all of the gateway's test suites: databases, REST, sockets, and gateways in
//! their own processes. It is a module and not a crate, because it needs the gateway's binary and
//! clients of the protocol. The crate `helpline-rig` must not depend on the binary or on such
//! clients, because `helpline dev` links it.

#![allow(dead_code, reason = "no suite uses all of it")]

pub mod client;
pub mod databases;
pub mod openapi;
pub mod rest;
pub mod test_server;
