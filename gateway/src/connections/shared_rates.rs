//! Rate limits shared by all connections of a user, and by all connections from an address. Without
//! these limits, a client that is limited on one connection could open another.

use std::net::IpAddr;
use std::time::Instant;

use helpline_core::ids::UserId;
use helpline_core::limits;

use crate::config::Rate;
use crate::runtime::limiter::{Limiter, network};

/// The rate limiters of users and addresses.
pub struct SharedRates {
    users: Limiter<UserId>,
    addresses: Limiter<IpAddr>,
    refused_sign_ins: Limiter<IpAddr>,
}

impl SharedRates {
    /// Creates the limiters, with these rates for each user and each address.
    pub fn new(of_user: Rate, of_address: Rate) -> Self {
        let sign_ins = Rate {
            per_second: limits::SIGN_INS_REFUSED_PER_SECOND,
            burst: limits::SIGN_INS_REFUSED_BURST,
        };
        Self {
            users: Limiter::new(of_user),
            addresses: Limiter::new(of_address),
            refused_sign_ins: Limiter::new(sign_ins),
        }
    }

    /// Charges one frame to the rate limits of the user and of the address.
    ///
    /// # Errors
    /// Milliseconds to wait, if one of the limits is reached.
    pub fn frame(&self, user: UserId, address: Option<IpAddr>, now: Instant) -> Result<(), u64> {
        self.users.take(user, now)?;
        address.map_or(Ok(()), |address| self.addresses.take(network(address), now))
    }

    /// Whether a refused sign-in from this address may still write an audit row. An address that
    /// exceeds the rate gets no more rows; its refusals are only counted in a metric.
    pub fn refused_sign_in(&self, address: Option<IpAddr>, now: Instant) -> bool {
        let recorded =
            address.is_none_or(|address| self.refused_sign_ins.take(network(address), now).is_ok());
        if !recorded {
            metrics::counter!("helpline_refused_sign_ins_unrecorded_total").increment(1);
        }
        recorded
    }
}
