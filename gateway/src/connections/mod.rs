//! Every open connection of this instance.

pub mod registry;
pub mod send_queue;
pub mod wake_list;
