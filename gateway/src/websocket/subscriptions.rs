//! The tickets that one connection follows, each with its room membership. Memberships are stored
//! only in [`Subscriptions`]. When it is dropped, the connection leaves all its rooms, however the
//! connection ended.

use std::collections::HashMap;

use helpline_core::actor::Audience;
use helpline_core::ids::{Seq, TicketId};
use helpline_core::protocol::TicketHead;
use parking_lot::Mutex;

use crate::live::Membership;

/// The room memberships of one connection. Never drop a membership while holding the lock of
/// `Subscriptions`, because the drop takes the lock of the membership's room.
#[derive(Default)]
pub(super) struct Subscriptions(Mutex<State>);

#[derive(Default)]
struct State {
    by_ticket: HashMap<TicketId, Subscription>,
    /// Set when the connection has ended. A membership that is added later is dropped immediately.
    is_closed: bool,
}

struct Subscription {
    membership: Membership,
    /// The number of this ticket's last event that a ping has reported to the client.
    pinged: Seq,
}

impl Subscriptions {
    /// Stores a membership. It replaces an earlier membership for the same ticket. If the
    /// connection has ended, drops the membership and returns false.
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

    /// Leaves the ticket's room, if the connection is a member.
    pub(super) fn remove(&self, ticket: TicketId) {
        let removed = self.0.lock().by_ticket.remove(&ticket);
        drop(removed);
    }

    /// Leaves all rooms. A membership that is added later is dropped immediately.
    pub(super) fn close(&self) {
        let mut state = self.0.lock();
        state.is_closed = true;
        let left = std::mem::take(&mut state.by_ticket);
        drop(state);
        drop(left);
    }

    /// Whether the connection may subscribe to this ticket without exceeding `max` subscriptions.
    /// First drops memberships that were ended by their rooms.
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

    /// Whether the connection follows the ticket as staff or as customer. `None` if it does not
    /// follow the ticket.
    pub(super) fn audience_of(&self, ticket: TicketId) -> Option<Audience> {
        let state = self.0.lock();
        let membership = &state.by_ticket.get(&ticket)?.membership;
        (!membership.is_out()).then(|| membership.audience())
    }

    /// Returns the followed tickets to which events were delivered since the last call, each with
    /// the number of the last delivered event.
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
