//! How many connections may be open: bounds for the instance and for each address, checked before a connection has said who it is.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use dashmap::DashMap;

use crate::config::Cidr;
use crate::runtime::limiter::network;

/// Which bound a newcomer ran into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AtCapacity {
    /// The instance's.
    Instance,
    /// Their address's.
    Address,
    /// Their own.
    User,
}

/// The bounds.
#[derive(Debug, Clone, Copy)]
pub struct ConnectionLimits {
    /// WebSocket connections in all.
    pub connections_max: u32,
    /// Of one address; also its HTTP connections, counted apart.
    pub per_address_max: u32,
}

/// Counts open connections.
pub struct Admission {
    limits: ConnectionLimits,
    trusted_proxies: Vec<Cidr>,
    total: AtomicU32,
    addresses: Counts,
    guests: Counts,
}

/// Counts one WebSocket connection until it is dropped. Held from before the upgrade to the connection's end.
pub struct ConnectionPermit {
    admission: Arc<Admission>,
    address: Option<IpAddr>,
}

/// Counts one connection that is no WebSocket (yet) until it is dropped; one of a trusted proxy counts nowhere.
pub struct GuestPermit {
    admission: Arc<Admission>,
    peer: Option<IpAddr>,
}

impl Admission {
    /// No connections yet.
    pub fn new(limits: ConnectionLimits, trusted_proxies: Vec<Cidr>) -> Self {
        Self {
            limits,
            trusted_proxies,
            total: AtomicU32::new(0),
            addresses: Counts::default(),
            guests: Counts::default(),
        }
    }

    /// Admits a connection that has said nothing yet. None: its address has as many as it may have WebSocket connections; otherwise it
    /// could take all places by saying nothing. A trusted proxy speaks for many and has no such bound.
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
    /// Which bound is reached.
    pub fn admit(
        self: &Arc<Self>,
        address: Option<IpAddr>,
    ) -> Result<ConnectionPermit, AtCapacity> {
        // One client has a whole network of IPv6.
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

    /// WebSocket connections in all, signed in or not.
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
