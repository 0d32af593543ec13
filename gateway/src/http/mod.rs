//! REST under `/v1`, the pages, and what operators ask.
//!
//! - [`endpoint`]: what a route is and needs; [`api`]: the routes and their handlers, one file a noun; [`openapi`]: their description
//! - [`guard`]: around every route: rates, sign-in, rights, audit, and the [`deadline`] of its answer; [`current_user`], [`extract`], [`input`]: what a handler takes
//! - [`identify`]: the ids of a request, around everything
//! - [`problem`]: every refusal; [`request_audit`]: the rows that a request leaves
//! - [`csv`], [`exports`]: tables for spreadsheets; [`action_names`]: what the access log may hold
//! - [`system_status`]: what an instance knows of itself and of the database, for admins
//! - [`state`]: what handlers are given; [`router`]: all of it together; [`site`]: pages, headers, health

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
