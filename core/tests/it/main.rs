//! Holds the protocol's four tellings together: the types, the golden samples, `PROTOCOL.md`, and the TypeScript made of the types.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod decoder;
mod goldens;
mod origins;
mod protocol_page;
mod strict;
#[cfg(feature = "typescript")]
mod typescript;
mod words;
