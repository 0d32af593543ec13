//! REST under `/v1`, the pages, and what operators ask. The table of routes is [`endpoint`]; everything else about a route stands in its
//! handler. Sockets come in through the same router and leave it at once.

mod api;
pub mod endpoint;
pub(crate) mod extract;
mod guard;
pub(crate) mod input;
mod openapi;
pub(crate) mod problem;
mod router;
mod site;
pub mod state;

pub use router::{metrics_router, router};
