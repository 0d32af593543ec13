//! REST under `/v1`, the pages, and the endpoints for operators.
//!
//! - [`endpoint`]: the type of a route and of what it needs; [`api`]: the routes and their
//!   handlers, one file for each resource; [`openapi`]: their description
//! - [`guard`]: runs around every route: rate limits, sign-in, rights, audit, and the [`deadline`]
//!   of the answer; [`current_user`], [`extract`], [`input`]: the extractors of the handlers
//! - [`identify`]: adds the ids of a request, around everything else
//! - [`problem`]: refusals; [`request_audit`]: the audit rows of a request
//! - [`csv`], [`exports`]: tables for spreadsheets; [`action_names`]: the actions in the access log
//! - [`system_status`]: the status of the instance and of the database, for admins
//! - [`state`]: the state of the handlers; [`router`]: puts everything together; [`site`]: pages,
//!   headers, health

mod action_names;
mod api;
mod csv;
mod current_user;
mod deadline;
pub mod endpoint;
mod exports;
mod extract;
mod guard;
mod identify;
pub(crate) mod input;
mod openapi;
pub(crate) mod problem;
mod request_audit;
mod request_rates;
mod router;
mod site;
pub mod state;
pub mod system_status;

pub use api::routes;
pub use identify::identified;
pub use router::{Routers, metrics_router, routers, waiting_router};
pub(crate) use site::oidc::outcomes as oidc_outcomes;
