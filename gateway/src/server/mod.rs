//! One instance: made of its parts in [`build`] once the database answers ([`waiting`]), serving in [`accept`], ending in [`drain`].

mod accept;
mod build;
mod drain;
mod room;
mod waiting;

pub use accept::{serve, serve_metrics};
pub use build::{Server, build};
pub use waiting::connected;
