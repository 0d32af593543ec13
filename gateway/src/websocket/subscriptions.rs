//! What one connection follows: a membership for each ticket. The memberships live here and nowhere else, so that a connection that ends,
//! however it ends, leaves all its rooms.

use std::collections::HashMap;

use helpline_core::actor::Audience;
use helpline_core::ids::{Seq, TicketId};
use helpline_core::protocol::TicketHead;
use parking_lot::Mutex;

use crate::live::Membership;

/// The memberships of one connection. They are dropped outside the lock: each takes its room's.
#[derive(Default)]
pub(super) struct Subscriptions(Mutex<State>);

#[derive(Default)]
struct State {
    by_ticket: HashMap<TicketId, Subscription>,
    /// The connection has ended: what a request still brings is dropped at once.
    is_closed: bool,
}

struct Subscription {
    membership: Membership,
    /// The member's number at the last ping.
    pinged: Seq,
}

impl Subscriptions {
    /// Keeps a membership, in place of an earlier one of the same ticket; false, and it is dropped, when the connection has ended.
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

    /// Leaves every room; no later subscription is kept.
    pub(super) fn close(&self) {
        let mut state = self.0.lock();
        state.is_closed = true;
        let left = std::mem::take(&mut state.by_ticket);
        drop(state);
        drop(left);
    }

    /// Whether the connection may follow this ticket, too.
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

    /// As which side the connection follows the ticket, if it does.
    pub(super) fn audience_of(&self, ticket: TicketId) -> Option<Audience> {
        let state = self.0.lock();
        let membership = &state.by_ticket.get(&ticket)?.membership;
        (!membership.is_out()).then(|| membership.audience())
    }

    /// The tickets that have moved since the last call, with the member's number.
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
