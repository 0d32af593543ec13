//! What every suite of the gateway starts from: databases, REST, sockets, gateways as processes. A module and no crate: it needs the binary
//! under test and the clients of its protocol, neither of which the rig may know, because `helpline dev` links the rig.

#![allow(dead_code, reason = "no suite uses all of it")]

pub mod client;
pub mod databases;
pub mod openapi;
pub mod rest;
pub mod test_server;
