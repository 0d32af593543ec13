//! Starts, runs and stops an instance. [`waiting`] connects to the database, [`build`] creates the
//! parts, [`accept`] serves, and [`drain`] shuts down.

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
