//! Outgoing HTTP: the only client with which the desk calls other services.
//!
//! A request passes these checks, in this order: [`Target::parse`] reads its URL, [`Trust`] decides
//! by who chose the URL, and the host is looked up once. Every address of the answer is checked
//! ([`AddressKind`]), and a connection is opened only to one of them. TLS and the `Host` header keep
//! the name. Requests go only to the host that the URL names: no redirect is followed, no proxy of
//! the environment is used, no connection is used twice, and no cookie is stored. Time and bytes are
//! limited, and answers are not decompressed.

mod address;
mod client;
mod fault;
mod refusal;
mod resolver;
mod target;
mod trust;

#[cfg(test)]
mod tests;

pub use address::AddressKind;
pub use client::HttpClient;
pub use fault::OutgoingFault;
pub use refusal::Refusal;
pub use target::{Target, is_protected};
pub use trust::Trust;
