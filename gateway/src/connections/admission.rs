//! Limits the number of open connections, for the instance and for each client address. The limits
//! apply before a client has signed in.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use dashmap::DashMap;

use crate::config::Cidr;
use crate::runtime::limiter::network;

/// The limit that a new connection would exceed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AtCapacity {
    /// The instance has its maximum number of connections.
    Instance,
    /// The client's address has its maximum number of connections.
    Address,
    /// The person has the maximum number of connections.
    User,
}

/// Maximum numbers of connections, for the instance and for each address.
#[derive(Debug, Clone, Copy)]
pub struct ConnectionLimits {
    /// Maximum WebSocket connections of the instance.
    pub connections_max: u32,
    /// Maximum WebSocket connections of one address. The same maximum applies separately to the
    /// address's HTTP connections.
    pub per_address_max: u32,
}

/// Counts the open connections and refuses new ones at the limits.
pub struct Admission {
    limits: ConnectionLimits,
    trusted_proxies: Vec<Cidr>,
    total: AtomicU32,
    addresses: Counts,
    guests: Counts,
}

/// Counts one WebSocket connection. Created before the upgrade, and dropped when the connection
/// ends.
pub struct ConnectionPermit {
    admission: Arc<Admission>,
    address: Option<IpAddr>,
}

/// Counts one TCP connection that is not (or not yet) a WebSocket, until the permit is dropped.
/// Connections from trusted proxies are not counted.
pub struct GuestPermit {
    admission: Arc<Admission>,
    peer: Option<IpAddr>,
}

impl Admission {
    /// Creates the counters of open connections, all at zero.
    pub fn new(limits: ConnectionLimits, trusted_proxies: Vec<Cidr>) -> Self {
        Self {
            limits,
            trusted_proxies,
            total: AtomicU32::new(0),
            addresses: Counts::default(),
            guests: Counts::default(),
        }
    }

    /// Admits a TCP connection that has sent nothing yet. Returns `None` if the address already has
    /// `per_address_max` connections, so that one address cannot occupy the whole instance with
    /// silent connections. A trusted proxy has no limit, because it connects for many clients.
    pub fn admit_guest(self: &Arc<Self>, peer: IpAddr) -> Option<GuestPermit> {
        let is_proxy = self
            .trusted_proxies
            .iter()
            .any(|block| block.contains(peer));
        let peer = (!is_proxy).then(|| network(peer));
        let has_room = peer.is_none_or(|peer| self.guests.take(peer, self.limits.per_address_max));
        has_room.then(|| GuestPermit {
            admission: Arc::clone(self),
            peer,
        })
    }

    /// Admits a WebSocket connection from this address, before the upgrade.
    ///
    /// # Errors
    /// The limit that the connection would exceed.
    pub fn admit(
        self: &Arc<Self>,
        address: Option<IpAddr>,
    ) -> Result<ConnectionPermit, AtCapacity> {
        // One client usually has a whole IPv6 network, so count connections by network.
        let address = address.map(network);
        if self.total.fetch_add(1, Ordering::Relaxed) >= self.limits.connections_max {
            self.total.fetch_sub(1, Ordering::Relaxed);
            return Err(AtCapacity::Instance);
        }
        if address.is_some_and(|address| !self.addresses.take(address, self.limits.per_address_max))
        {
            self.total.fetch_sub(1, Ordering::Relaxed);
            return Err(AtCapacity::Address);
        }
        Ok(ConnectionPermit {
            admission: Arc::clone(self),
            address,
        })
    }

    /// Number of open WebSocket connections, signed in or not.
    pub fn count(&self) -> u32 {
        self.total.load(Ordering::Relaxed)
    }
}

impl Drop for ConnectionPermit {
    fn drop(&mut self) {
        self.admission.total.fetch_sub(1, Ordering::Relaxed);
        if let Some(address) = self.address {
            self.admission.addresses.give_back(address);
        }
    }
}

impl Drop for GuestPermit {
    fn drop(&mut self) {
        if let Some(peer) = self.peer {
            self.admission.guests.give_back(peer);
        }
    }
}

/// The number of open connections of each address.
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

#[cfg(test)]
mod tests {
    use super::*;

    fn admission() -> Arc<Admission> {
        let proxies = vec!["10.0.0.0/8".parse().expect("a block")];
        Arc::new(Admission::new(
            ConnectionLimits {
                connections_max: 3,
                per_address_max: 2,
            },
            proxies,
        ))
    }

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn an_address_and_the_instance_have_their_bounds_and_a_dropped_permit_makes_room() {
        let admission = admission();
        let (one, other) = (Some(address("192.0.2.1")), Some(address("192.0.2.2")));
        let held = [admission.admit(one), admission.admit(one)];
        assert_eq!(admission.admit(one).err(), Some(AtCapacity::Address));
        let last = admission.admit(other);
        assert!(last.is_ok());
        assert_eq!(admission.admit(other).err(), Some(AtCapacity::Instance));
        drop(held);
        assert_eq!(admission.count(), 1);
        assert!(admission.admit(one).is_ok());
    }

    #[test]
    fn a_silent_address_is_bounded_and_a_trusted_proxy_is_not() {
        let admission = admission();
        let guests = |peer: &str| {
            (0..5)
                .filter_map(|_| admission.admit_guest(address(peer)))
                .collect::<Vec<_>>()
                .len()
        };
        assert_eq!((guests("192.0.2.1"), guests("10.1.2.3")), (2, 5));
    }
}
