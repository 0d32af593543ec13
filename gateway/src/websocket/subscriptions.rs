//! The tickets that one connection follows, each with its membership. Memberships are kept only
//! here, so that a connection leaves all its rooms however it ends.

use std::collections::HashMap;

use helpline_core::actor::Audience;
use helpline_core::ids::{Seq, TicketId};
use helpline_core::protocol::TicketHead;
use parking_lot::Mutex;

use crate::live::Membership;

/// The memberships of one connection. They are dropped outside the lock, because each drop takes
/// its room's lock.
#[derive(Default)]
pub(super) struct Subscriptions(Mutex<State>);

#[derive(Default)]
struct State {
    by_ticket: HashMap<TicketId, Subscription>,
    /// Set when the connection has ended: later memberships are dropped immediately.
    is_closed: bool,
}

struct Subscription {
    membership: Membership,
    /// The number sent to the client with the last ping.
    pinged: Seq,
}

impl Subscriptions {
    /// Stores a membership, which replaces an earlier one of the same ticket. If the connection has
    /// ended, drops it and returns false.
    pub(super) fn insert(&self, ticket: TicketId, membership: Membership) -> bool {
        let mut state = self.0.lock();
        if state.is_closed {
            drop(state);
            drop(membership);
            return false;
        }
        let earlier = state.by_ticket.insert(
            ticket,
            Subscription {
                membership,
                pinged: Seq::ZERO,
            },
        );
        drop(state);
        drop(earlier);
        true
    }

    /// Leaves a ticket's room, if the connection is in it.
    pub(super) fn remove(&self, ticket: TicketId) {
        let removed = self.0.lock().by_ticket.remove(&ticket);
        drop(removed);
    }

    /// Leaves every room. Later memberships are not kept.
    pub(super) fn close(&self) {
        let mut state = self.0.lock();
        state.is_closed = true;
        let left = std::mem::take(&mut state.by_ticket);
        drop(state);
        drop(left);
    }

    /// Whether the connection may follow this ticket within its limit. First drops memberships that
    /// their rooms have ended.
    pub(super) fn may_add(&self, ticket: TicketId, max: usize) -> bool {
        let mut state = self.0.lock();
        let out: Vec<_> = state
            .by_ticket
            .extract_if(|_, subscription| subscription.membership.is_out())
            .collect();
        let may = state.by_ticket.len() < max || state.by_ticket.contains_key(&ticket);
        drop(state);
        drop(out);
        may
    }

    /// The audience as which the connection follows the ticket, if it does.
    pub(super) fn audience_of(&self, ticket: TicketId) -> Option<Audience> {
        let state = self.0.lock();
        let membership = &state.by_ticket.get(&ticket)?.membership;
        (!membership.is_out()).then(|| membership.audience())
    }

    /// The tickets whose number changed since the last call, with the member's number.
    pub(super) fn moved(&self) -> Vec<TicketHead> {
        let mut heads = Vec::new();
        for (ticket, subscription) in &mut self.0.lock().by_ticket {
            let seq = subscription.membership.handed();
            if seq != subscription.pinged && !subscription.membership.is_out() {
                subscription.pinged = seq;
                heads.push(TicketHead {
                    ticket: *ticket,
                    seq,
                });
            }
        }
        heads
    }
}
