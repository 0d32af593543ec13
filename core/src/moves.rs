//! The table of allowed moves between statuses. `support_status_transitions` and `support_message_transitions` in Postgres are this table
//! (a test compares them); there it is decided under the ticket's lock, here it tells a client what it may offer.

use crate::actor::ActorType;
use crate::ticket::Status::{self, Closed, Escalated, InProgress, Open, Resolved, WaitingOnAdmin, WaitingOnCustomer};

const ALL_BUT_OVER: [Status; 5] = [Open, InProgress, WaitingOnCustomer, WaitingOnAdmin, Escalated];

/// The statuses that `by` may move a ticket to from `from`, in the order of a menu.
///
/// Staff move an active ticket anywhere, a resolved one back to work or on to closed, and a closed one to `open` alone.
/// A customer closes, and reopens. The system (retention, SQL without claims) moves as staff do.
pub fn allowed(by: ActorType, from: Status) -> Vec<Status> {
    match by {
        ActorType::Customer => match from {
            Open | InProgress | WaitingOnCustomer | WaitingOnAdmin | Escalated => vec![Closed],
            Resolved => vec![Open, Closed],
            Closed => vec![Open],
        },
        ActorType::Admin | ActorType::System => match from {
            Open | InProgress | WaitingOnCustomer | WaitingOnAdmin | Escalated => {
                ALL_BUT_OVER.into_iter().filter(|to| *to != from).chain([Resolved, Closed]).collect()
            }
            Resolved => vec![Open, InProgress, Closed],
            Closed => vec![Open],
        },
    }
}

/// Where a message (not a note) of `by` moves a ticket by itself: an answer takes `open` to `in_progress`, a customer's word wakes
/// a waiting or resolved ticket. Chosen so that a running exchange rests in `in_progress` and costs no status row per message.
pub const fn on_message(by: ActorType, from: Status) -> Option<Status> {
    match (by, from) {
        (ActorType::Customer, Resolved) => Some(Open),
        (ActorType::Customer, WaitingOnCustomer) => Some(WaitingOnAdmin),
        (ActorType::Admin, Open | WaitingOnAdmin) => Some(InProgress),
        (ActorType::Customer, Open | InProgress | WaitingOnAdmin | Closed | Escalated)
        | (ActorType::Admin, InProgress | WaitingOnCustomer | Resolved | Closed | Escalated)
        | (ActorType::System, _) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_moves_to_where_it_stands_and_nothing_is_a_dead_end() {
        for by in ActorType::ALL {
            for from in Status::ALL {
                let moves = allowed(*by, *from);
                assert!(!moves.contains(from), "{by} {from}");
                assert!(!moves.is_empty(), "{by} {from}");
            }
        }
    }

    #[test]
    fn an_exchange_comes_to_rest_after_one_move() {
        for first in Status::ALL {
            let mut status = *first;
            let mut moved = 0;
            for by in [ActorType::Admin, ActorType::Customer, ActorType::Admin, ActorType::Customer, ActorType::Admin] {
                if let Some(to) = on_message(by, status) {
                    status = to;
                    moved += 1;
                }
            }
            assert!(moved <= 2, "{first} moved {moved} times");
        }
    }
}
