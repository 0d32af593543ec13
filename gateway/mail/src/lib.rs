//! Reads mail from strangers, for the support desk's intake.
//!
//! The crate is pure: no network, no database, no clock, no state. Its input is hostile, so that each step is bounded in time and memory
//! (`core/src/limits/mail.rs`), and broken mails are read as far as they make sense. A mail passes four steps, which the caller combines:
//!
//! 1. [`parse`]: the raw bytes become a [`Mail`]: sender, recipients, ids, one text, files. Never HTML.
//! 2. [`classify`]: a person wrote it, or a program did: an automatic answer, a bounce, or our own mail that came back.
//! 3. [`tokens`]: the secrets of our reply addresses among the recipients, which say to which ticket and person a reply belongs. Ids in
//!    `References` are the second key. The subject is none: everyone can write it.
//! 4. [`trim`]: quotes and signatures are taken out of the text. What is cut is kept, one click away.
//!
//! No step decides who may do what. A mail's `From` is what its sender wrote; only a token, and the token's person, count.
//!
//! Inside: `mime` splits a mail into parts, `headers`, `transfer` and `charset` read them, `body` chooses text and files, `html` and
//! `flowed` convert text, `report` reads what mail servers report.

mod address;
mod body;
mod charset;
mod classify;
mod flowed;
mod headers;
mod html;
mod mime;
mod parse;
mod report;
mod tokens;
mod transfer;
mod trim;

pub use address::{Mailbox, Recipient, RecipientHeader, Sender, SenderFault};
pub use classify::{Automatic, Bounce, Envelope, Kind, LoopReason, OwnNames, classify};
pub use html::QUOTE_PLACEHOLDER;
pub use parse::{Attachment, Cut, Mail, ParseFault, TextSource, parse};
pub use report::{Action, Report, ReportedRecipient, Status};
pub use tokens::{OwnMessageId, Token, Tokens, tokens};
pub use trim::{REPLY_MARKER, Trimmed, trim};
