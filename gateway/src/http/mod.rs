//! HTTP: the REST routes under `/v1`, the web pages, and the endpoints for operators.
//!
//! - [`endpoint`]: the type of a route and of the permissions that it needs
//! - [`api`]: the routes and their handlers, one file for each resource
//! - [`openapi`]: the description of the routes
//! - [`guard`]: middleware around every REST route, with rate limits, sign-in, permissions, audit
//!   and the request's [`deadline`]
//! - [`current_user`], [`extract`], [`input`]: the extractors of the handlers
//! - [`identify`]: the outermost middleware, which adds the ids of a request
//! - [`problem`]: refusals; [`request_audit`]: the audit rows of a request
//! - [`csv`], [`exports`]: tables for spreadsheets; [`action_names`]: the actions in the access log
//! - [`system_status`]: the status of the instance and of the database, for admins
//! - [`state`]: the state of the handlers; [`router`]: builds the complete router
//! - [`site`]: pages, headers and health

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
pub use site::files::only_files_at;
pub(crate) use site::oidc::outcomes as oidc_outcomes;
