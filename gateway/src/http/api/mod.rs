//! The handlers of `/v1`, one file a noun.

pub(crate) mod bulk;
pub(crate) mod history;
pub(crate) mod me;
pub(crate) mod messages;
pub(crate) mod people;
pub(crate) mod public;
pub(crate) mod replies;
pub(crate) mod roles;
pub(crate) mod settings;
pub(crate) mod stats;
pub(crate) mod ticket_list;
pub(crate) mod tickets;
