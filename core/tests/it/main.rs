//! Checks that the four descriptions of the protocol agree: the types, the golden samples,
//! `PROTOCOL.md`, and the TypeScript that is generated from the types.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod decoder;
mod goldens;
mod origins;
mod protocol_page;
mod strict;
#[cfg(feature = "typescript")]
mod typescript;
mod words;
