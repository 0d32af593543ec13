//! All open connections of this instance.
//!
//! - [`connection`]: one signed-in connection
//! - [`registry`]: all signed-in connections, by person
//! - [`admission`]: how many connections the instance and each address may open
//! - [`shared_rates`]: how much all connections of one user may send together
//! - [`send_queue`]: frames that wait to be written to one connection
//! - [`wake_list`]: wakes the writing tasks after a burst

pub mod admission;
pub mod connection;
#[cfg(test)]
pub mod fixtures;
pub mod registry;
pub mod send_queue;
pub mod shared_rates;
pub mod wake_list;

pub use admission::{Admission, AtCapacity, ConnectionLimits, ConnectionPermit};
pub use connection::Connection;
pub use registry::ConnectionRegistry;
pub use send_queue::{Disconnect, SendQueue};
pub use shared_rates::SharedRates;
pub use wake_list::WakeList;
