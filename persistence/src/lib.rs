//! Access to Helpline's Postgres database. Each module is about one kind of data, its SQL is in
//! `sql/<module>/<verb>.sql`, and the schema is in `migrations/`.
//!
//! Functions that read take a [`Reader`], which consists of a person and an audience (staff or
//! customer). Their queries run under the audience's database role, with the person's claims.
//! Functions that write take a [`Caller`]. The database's functions check the caller's rights while
//! they hold the ticket's lock.

pub mod access_log;
pub mod adopt;
pub mod audit;
pub mod background;
pub mod bootstrap;
pub mod capacity;
pub mod connect;
pub mod deliveries;
pub mod epoch;
pub mod erasures;
pub mod error;
pub mod follow;
mod handler;
pub mod history;
mod if_match;
pub mod instances;
pub mod legal_holds;
pub mod messages;
pub mod migrate;
mod names;
pub mod operator;
pub mod people;
pub mod privileges;
pub mod reads;
mod rendered;
pub mod replies;
pub mod retention;
pub mod roles;
mod rows;
pub mod schedules;
pub mod server;
pub mod settings;
mod statement;
pub mod stats;
pub mod store;
pub mod stored_blobs;
pub mod sweep;
pub mod tickets;
mod time_cursor;
pub mod timers;
mod transaction;
mod undecodable;
pub mod uploads;

use std::net::IpAddr;

use helpline_core::actor::{Actor, Audience};
use helpline_core::ids::UserId;

pub use connect::{Address, AddressError, TlsMode};
pub use error::StoreError;
pub use handler::HandlerError;
pub use if_match::IfMatch;
pub use names::Names;
pub use statement::Pooler;
pub use store::{Settings, Store};
pub use time_cursor::TimeCursor;
pub use transaction::{Transaction, Within};

/// The person who reads, and whether they read as staff or as a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reader {
    /// The person's id, which the query's database session gets as the `sub` claim.
    pub user: UserId,
    /// Determines the database role under which the query runs.
    pub audience: Audience,
}

/// The person who makes a request, and the client's data. The audit row stores all fields.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The person and their role.
    pub actor: Actor,
    /// The client's address, as forwarded by trusted proxies.
    pub address: Option<IpAddr>,
    /// The client's `User-Agent` header.
    pub user_agent: Option<String>,
}

/// On whose behalf a change is made.
#[derive(Debug, Clone, Copy)]
pub enum By<'a> {
    /// A person, with their rights.
    Person(&'a Caller),
    /// Background work of the service. The history shows the actor `system`. The database allows it
    /// only the functions that are granted to the service's role.
    System,
}

impl<'a> From<&'a Caller> for By<'a> {
    fn from(caller: &'a Caller) -> Self {
        Self::Person(caller)
    }
}

impl Caller {
    /// The audience under whose database role the caller's changes run.
    pub(crate) const fn side(&self) -> Audience {
        if self.actor.is_staff() {
            Audience::Staff
        } else {
            Audience::Customer
        }
    }
}
