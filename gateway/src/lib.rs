//! Helpline's server. One message's way through it:
//!
//! [`socket`] reads a frame → [`writer`] commits it in a batch → [`app::App::announce`] hands the rows to [`rooms`], the [`relay`] and the
//! [`inbox`] → members' [`outbox`]es → [`socket`] writes. What the relay loses, [`sweep`] finds in the record.
//!
//! - [`config`], [`telemetry`], [`cli`]: how it starts; [`serve`]: listening, draining
//! - [`http`]: REST, assets, health; [`auth`]: tokens; [`dev`]: the embedded default
//! - [`directory`], [`standing`], [`rate`]: who is connected, and whether they still may be; `crowd`: many who ask the record the same;
//!   `parts`: many things in one statement, of which one may spoil it
//! - [`presence`], [`reads`]: state that is no history; [`audit`]: what is recorded apart from it

pub mod app;
pub mod audit;
pub mod auth;
pub mod cli;
pub mod config;
pub(crate) mod crowd;
pub mod dev;
pub mod directory;
pub mod encoded;
pub mod epoch;
pub mod errors;
pub mod failpoint;
pub mod http;
pub mod inbox;
pub mod jobs;
pub mod outbox;
pub(crate) mod parts;
pub mod presence;
pub mod rate;
pub mod reads;
pub mod relay;
pub mod rooms;
pub mod serve;
pub mod socket;
pub mod standing;
pub mod sweep;
pub mod telemetry;
pub mod writer;
