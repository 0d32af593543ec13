//! Helpline's rules as pure functions: no IO, no async, no clock, no randomness.
//!
//! - [`ids`], [`body`], [`attachment`], [`ticket`], [`actor`]: identifiers, and validated values
//! - [`token_subject`]: the person that a token identifies
//! - [`limits`]: every limit; [`origin`]: what a site's origin is
//! - [`policy`], [`transitions`]: who may do what, and the allowed changes of a ticket's status
//! - [`history`]: the kinds of events, who may see them, and a reader's [`history::Position`]
//! - [`retention`]: which tickets are archived or deleted
//! - [`protocol`]: WebSocket frames and REST bodies; [`reject`]: error codes and close codes

#![allow(
    missing_docs,
    reason = "fields of protocol types bear the names that PROTOCOL.md and the columns explain"
)]

pub mod actor;
pub mod adopt;
pub mod attachment;
pub mod body;
pub mod cause;
pub mod deliveries;
mod derived_subject;
pub mod file_name;
pub mod history;
pub mod ids;
pub mod limits;
pub mod origin;
pub mod policy;
pub mod protocol;
pub mod reject;
pub mod retention;
pub mod schedule;
mod text_enum;
pub mod ticket;
pub mod token_subject;
pub mod transitions;

pub use text_enum::UnknownWord;
