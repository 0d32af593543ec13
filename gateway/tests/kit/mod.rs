//! The test kit of all suites of the gateway: databases, REST, sockets, and gateways in their own
//! processes. It is a module and not a crate, because it needs the binary under test and clients of
//! its protocol. The rig must not depend on those, because `helpline dev` links the rig.

#![allow(dead_code, reason = "no suite uses all of it")]

pub mod client;
pub mod databases;
pub mod openapi;
pub mod rest;
pub mod test_server;
