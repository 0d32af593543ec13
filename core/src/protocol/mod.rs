//! What stands on the wire: the frames of `helpline.v1`, the bodies of REST under `/v1`. `PROTOCOL.md` is its text for people,
//! `golden/*.json` its samples, `web-client/src/protocol/generated.ts` its TypeScript; tests hold all of them together.

mod client;
mod features;
mod relay;
#[macro_use]
mod rest;
mod admin;
mod server;
pub mod strict;
mod ticket;

pub use admin::*;
pub use client::{ClientFrame, InboxFilter, MalformedFrame};
pub use features::Feature;
pub use relay::{RelayEvent, RelayFrame};
pub use rest::*;
pub use server::*;
pub use ticket::{
    AgentRef, CustomerTicket, LastMessage, Rating, StaffTicket, TicketMoved, TicketStats,
};

/// The WebSocket subprotocol.
pub const SUBPROTOCOL: &str = "helpline.v1";
