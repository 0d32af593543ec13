//! The wire format: the frames of `helpline.v1`, and the bodies of REST requests and responses
//! under `/v1`. `PROTOCOL.md` documents the format for people, `golden/*.json` has samples, and
//! `web-client/src/protocol/generated.ts` has the TypeScript types. Tests compare all three with
//! the types of this module.

mod client;
mod desk;
mod features;
mod relay;
#[macro_use]
mod rest;
mod admin;
mod attachments;
mod jobs;
mod retention;
mod server;
pub mod strict;
mod ticket;

pub use admin::*;
pub use attachments::*;
pub use client::{ClientFrame, InboxFilter, MalformedFrame};
pub use desk::{Holiday, OpeningHours, WeekHours, WidgetPosition, WidgetSettings, WidgetView};
pub use features::Feature;
pub use jobs::*;
pub use relay::{RelayEvent, RelayFrame};
pub use rest::*;
pub use retention::*;
pub use server::*;
pub use ticket::{
    AgentRef, CustomerTicket, LastMessage, Rating, StaffTicket, TicketMoved, TicketStats,
};

/// The WebSocket subprotocol.
pub const SUBPROTOCOL: &str = "helpline.v1";
