//! One instance: made of its parts in [`build`] once the database answers ([`waiting`]), serving in [`accept`], ending in [`drain`].

mod accept;
mod admins;
mod build;
mod capacity;
mod drain;
mod figures;
mod waiting;

pub use accept::{serve, serve_metrics};
pub use admins::NO_ADMIN;
pub use build::{Server, build};
pub use figures::describe as describe_figures;
pub use waiting::connected;
