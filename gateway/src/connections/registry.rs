//! Every open connection of this instance: who it is, what it listens to, and how to end it.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Instant;

use dashmap::DashMap;
use helpline_core::actor::{Actor, ActorType, Audience};
use helpline_core::ids::{TicketId, UserId};
use helpline_core::limits;
use helpline_core::protocol::StaffPerson;
use helpline_core::reject::{CloseCode, RejectCode};
use helpline_persistence::audit::AccessRow;
use helpline_persistence::people::{Person, Standing};
use helpline_persistence::{Doer, Reader};
use parking_lot::Mutex;

use crate::connections::send_queue::{Ending, Outbox};
use crate::runtime::limiter::{Limiter, network};
use crate::runtime::rates::Rate;

/// One signed-in connection, shared by its own task, the rooms it is in and the lanes that answer it.
pub struct Connection {
    /// Names it within this instance.
    pub id: u64,
    /// Who it speaks for, with the standing at sign-in: whoever's standing changes is disconnected, not updated.
    pub person: Person,
    /// From where, after trusted proxies.
    pub address: Option<IpAddr>,
    /// With what.
    pub user_agent: Option<String>,
    /// What is to be written to it.
    pub outbox: Outbox,
    /// Sends whose answer is still to come.
    pub awaited_acks: AtomicU32,
    /// What it listens to.
    pub subscriptions: Mutex<HashMap<TicketId, Subscription>>,
}

/// One ticket that a connection listens to.
pub struct Subscription {
    /// As which side.
    pub audience: Audience,
    /// The last number handed to it, kept by the room.
    pub position: Arc<AtomicU64>,
    /// That number at the last ping.
    pub pinged: u64,
}

impl Connection {
    /// The person with their rights.
    pub fn actor(&self) -> Actor {
        Actor { user: self.person.id, role: self.person.role }
    }

    /// The person as a writer.
    pub fn doer(&self) -> Doer {
        Doer { actor: self.actor(), address: self.address, user_agent: self.user_agent.clone() }
    }

    /// The person as a reader of this side.
    pub fn reader(&self, audience: Audience) -> Reader {
        Reader { user: self.person.id, audience }
    }

    /// The person as staff see them on a ticket that they are on this side of.
    pub fn as_seen(&self, audience: Audience) -> StaffPerson {
        let kind = match audience {
            Audience::Staff => ActorType::Admin,
            Audience::Customer => ActorType::Customer,
        };
        StaffPerson { id: Some(self.person.id), kind, name: self.person.name.clone() }
    }

    /// An audit row of this connection's.
    pub fn access(&self, action: &str, ticket: Option<TicketId>, refused: Option<RejectCode>) -> AccessRow {
        AccessRow {
            user: Some(self.person.id),
            action: action.to_owned(),
            ticket,
            refused,
            address: self.address,
            user_agent: self.user_agent.clone(),
            detail: serde_json::json!({ "by": "socket" }),
        }
    }

    /// As which side it listens to the ticket, if it does.
    pub fn audience_of(&self, ticket: TicketId) -> Option<Audience> {
        self.subscriptions.lock().get(&ticket).map(|subscription| subscription.audience)
    }
}

/// Which bound a newcomer ran into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Full {
    /// The instance's.
    Instance,
    /// Their address's.
    Address,
    /// Their own.
    User,
}

/// What all connections of a user, and all from an address, may do together: whoever is stopped on one connection would otherwise open
/// the next.
pub struct Rates {
    users: Limiter<UserId>,
    addresses: Limiter<IpAddr>,
    refused_sign_ins: Limiter<IpAddr>,
}

impl Rates {
    /// Full buckets of these rates.
    pub fn new(of_user: Rate, of_address: Rate) -> Self {
        let sign_ins = Rate { per_second: limits::SIGN_INS_REFUSED_PER_SECOND, burst: limits::SIGN_INS_REFUSED_BURST };
        Self { users: Limiter::new(of_user), addresses: Limiter::new(of_address), refused_sign_ins: Limiter::new(sign_ins) }
    }

    /// Takes one frame of the user's and of the address's.
    ///
    /// # Errors
    /// The wait, in milliseconds.
    pub fn frame(&self, user: UserId, address: Option<IpAddr>, now: Instant) -> Result<(), u64> {
        self.users.take(user, now)?;
        address.map_or(Ok(()), |address| self.addresses.take(network(address), now))
    }

    /// Whether a refused sign-in still leaves a row; beyond the rate it is counted alone.
    pub fn refused_sign_in(&self, address: Option<IpAddr>, now: Instant) -> bool {
        let recorded = address.is_none_or(|address| self.refused_sign_ins.take(network(address), now).is_ok());
        if !recorded {
            metrics::counter!("helpline_refused_sign_ins_unrecorded_total").increment(1);
        }
        recorded
    }
}

/// Bounds of the directory.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Connections in all.
    pub connections_max: u32,
    /// Of one address.
    pub per_address_max: u32,
    /// Of one user.
    pub per_user_max: u32,
}

/// The connections.
pub struct Directory {
    bounds: Bounds,
    /// What users and addresses may do across their connections.
    pub rates: Rates,
    total: AtomicU32,
    next_id: AtomicU64,
    addresses: Counts,
    guests: Counts,
    users: DashMap<UserId, Vec<Arc<Connection>>>,
}

/// A place among the sockets of one address; given back when dropped. Held from before the upgrade to the socket's end.
pub struct Seat {
    directory: Arc<crate::server::app::App>,
    address: Option<IpAddr>,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let directory = &self.directory.directory;
        directory.total.fetch_sub(1, Ordering::Relaxed);
        if let Some(address) = self.address {
            directory.addresses.give_back(address);
        }
    }
}

/// How many connections each address has.
#[derive(Default)]
struct Counts(DashMap<IpAddr, u32>);

impl Counts {
    fn take(&self, address: IpAddr, max: u32) -> bool {
        let mut count = self.0.entry(address).or_insert(0);
        let has_room = *count < max;
        *count += u32::from(has_room);
        has_room
    }

    fn give_back(&self, address: IpAddr) {
        self.0.remove_if_mut(&address, |_, count| {
            *count -= 1;
            *count == 0
        });
    }
}

/// A place among the connections that are no sockets (yet); given back when dropped.
pub struct GuestPlace {
    app: Arc<crate::server::app::App>,
    peer: IpAddr,
}

impl Drop for GuestPlace {
    fn drop(&mut self) {
        self.app.directory.guests.give_back(self.peer);
    }
}

impl Directory {
    /// Takes a place for a connection that has said nothing yet: none for an address that has as many as it may have sockets, for it
    /// could take everybody's by saying nothing. A trusted proxy speaks for many and has no such bound; the inner option is none then.
    pub fn guest(app: &Arc<crate::server::app::App>, peer: IpAddr) -> Option<Option<GuestPlace>> {
        if app.config.listening.trusted_proxies.iter().any(|block| block.contains(peer)) {
            return Some(None);
        }
        let peer = network(peer);
        let has_room = app.directory.guests.take(peer, app.directory.bounds.per_address_max);
        has_room.then(|| Some(GuestPlace { app: Arc::clone(app), peer }))
    }

    /// Nobody yet.
    pub fn new(bounds: Bounds, rates: Rates) -> Self {
        Self {
            bounds,
            rates,
            total: AtomicU32::new(0),
            next_id: AtomicU64::new(1),
            addresses: Counts::default(),
            guests: Counts::default(),
            users: DashMap::new(),
        }
    }

    /// Takes a seat for a socket from this address, before the upgrade.
    ///
    /// # Errors
    /// Which bound is reached.
    pub fn seat(app: &Arc<crate::server::app::App>, address: Option<IpAddr>) -> Result<Seat, Full> {
        let this = &app.directory;
        // Of IPv6 anybody has a whole network.
        let address = address.map(network);
        if this.total.fetch_add(1, Ordering::Relaxed) >= this.bounds.connections_max {
            this.total.fetch_sub(1, Ordering::Relaxed);
            return Err(Full::Instance);
        }
        if address.is_some_and(|address| !this.addresses.take(address, this.bounds.per_address_max)) {
            this.total.fetch_sub(1, Ordering::Relaxed);
            return Err(Full::Address);
        }
        Ok(Seat { directory: Arc::clone(app), address })
    }

    /// Enters a signed-in connection, made from its number.
    ///
    /// # Errors
    /// [`Full::User`].
    pub fn enter(&self, user: UserId, make: impl FnOnce(u64) -> Connection) -> Result<Arc<Connection>, Full> {
        let mut of_user = self.users.entry(user).or_default();
        if of_user.len() >= self.bounds.per_user_max as usize {
            return Err(Full::User);
        }
        let connection = Arc::new(make(self.next_id.fetch_add(1, Ordering::Relaxed)));
        of_user.push(Arc::clone(&connection));
        Ok(connection)
    }

    /// Forgets a connection.
    pub fn leave(&self, connection: &Connection) {
        self.users.remove_if_mut(&connection.person.id, |_, of_user| {
            of_user.retain(|other| other.id != connection.id);
            of_user.is_empty()
        });
    }

    /// As what these people are connected, or everybody: each person once, unless their connections differ. And the number of the newest
    /// connection by then.
    pub fn standing(&self, users: Option<&[UserId]>) -> (Vec<Standing>, u64) {
        let newest = self.next_id.load(Ordering::Acquire);
        let mut standing = Vec::new();
        let mut note = |of_user: &[Arc<Connection>]| {
            for connection in of_user {
                let one = Standing { user: connection.person.id, role: connection.person.role };
                // One person's stand together.
                if standing.last() != Some(&one) {
                    standing.push(one);
                }
            }
        };
        match users {
            Some(users) => users.iter().filter_map(|user| self.users.get(user)).for_each(|of_user| note(&of_user)),
            None => self.users.iter().for_each(|of_user| note(&of_user)),
        }
        (standing, newest)
    }

    /// Ends every connection, but those newer than this, of whoever's standing is no longer what it was opened with.
    pub fn end_changed(&self, changed: &[Standing], newest: u64) {
        for Standing { user, role } in changed {
            let Some(of_user) = self.users.get(user) else { continue };
            for connection in of_user.iter().filter(|connection| connection.id < newest && connection.person.role == *role) {
                connection.outbox.end(Ending::Now(CloseCode::Revoked));
            }
        }
    }

    /// Every connection.
    pub fn all(&self) -> Vec<Arc<Connection>> {
        self.users.iter().flat_map(|entry| entry.value().clone()).collect()
    }

    /// Sockets in all, signed in or not.
    pub fn count(&self) -> u32 {
        self.total.load(Ordering::Relaxed)
    }
}
