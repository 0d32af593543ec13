//! One instance: made of its parts in [`build`], serving in [`accept`], ending in [`drain`].

mod accept;
mod build;
mod drain;

pub use accept::{serve, serve_metrics};
pub use build::{Server, build};
