//! Helpline's rules, without a way to break them: no IO, no async, no clock, no randomness.
//!
//! - [`ids`], [`body`], [`ticket`], [`actor`]: what things are called and what they may hold
//! - [`token_subject`]: whom a token speaks for
//! - [`limits`]: every bound; [`origin`]: how a site is named
//! - [`policy`], [`transitions`]: who may do what, and where a ticket goes from it
//! - [`history`]: the kinds of rows, who may see them, a reader's [`history::Position`]
//! - [`protocol`]: the frames on the wire and the bodies of REST; [`reject`]: refusals and close codes

#![allow(
    missing_docs,
    reason = "fields of protocol types bear the names that PROTOCOL.md and the columns explain"
)]

pub mod actor;
pub mod body;
mod derived_subject;
pub mod history;
pub mod ids;
pub mod limits;
pub mod origin;
pub mod policy;
pub mod protocol;
pub mod reject;
mod text_enum;
pub mod ticket;
pub mod token_subject;
pub mod transitions;

pub use text_enum::UnknownWord;
