//! The allowed status transitions. The Postgres tables `support_status_transitions` and
//! `support_message_transitions` have the same rows (a test compares them). Postgres enforces them
//! while it holds the ticket's lock; this module tells a client which transitions to offer.

use crate::actor::ActorType;
use crate::ticket::Status::{
    self, Closed, Escalated, InProgress, Open, Resolved, WaitingOnAdmin, WaitingOnCustomer,
};

const ALL_BUT_OVER: [Status; 5] = [
    Open,
    InProgress,
    WaitingOnCustomer,
    WaitingOnAdmin,
    Escalated,
];

/// The statuses to which `by` may change a ticket that has status `from`, in the order in which a
/// menu lists them.
///
/// Staff may change an active ticket to any status. They may change a resolved ticket to `open`,
/// `in_progress` or `closed`, and a closed ticket only to `open`. Customers may close and reopen
/// their tickets. The system (retention jobs, and SQL that runs without a signed-in person's
/// claims) has the same transitions as staff.
pub fn allowed(by: ActorType, from: Status) -> Vec<Status> {
    match by {
        ActorType::Customer => match from {
            Open | InProgress | WaitingOnCustomer | WaitingOnAdmin | Escalated => vec![Closed],
            Resolved => vec![Open, Closed],
            Closed => vec![Open],
        },
        ActorType::Admin | ActorType::System => match from {
            Open | InProgress | WaitingOnCustomer | WaitingOnAdmin | Escalated => ALL_BUT_OVER
                .into_iter()
                .filter(|to| *to != from)
                .chain([Resolved, Closed])
                .collect(),
            Resolved => vec![Open, InProgress, Closed],
            Closed => vec![Open],
        },
    }
}

/// The status that a message (not a note) from `by` sets, if any. A staff reply changes `open` to
/// `in_progress`; a customer's message reopens a waiting or resolved ticket. While messages go back
/// and forth, the status stays `in_progress`, so that not every message adds a status event.
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
                let to = allowed(*by, *from);
                assert!(!to.contains(from), "{by} {from}");
                assert!(!to.is_empty(), "{by} {from}");
            }
        }
    }

    #[test]
    fn an_exchange_comes_to_rest_after_one_move() {
        for first in Status::ALL {
            let mut status = *first;
            let mut moved = 0;
            for by in [
                ActorType::Admin,
                ActorType::Customer,
                ActorType::Admin,
                ActorType::Customer,
                ActorType::Admin,
            ] {
                if let Some(to) = on_message(by, status) {
                    status = to;
                    moved += 1;
                }
            }
            assert!(moved <= 2, "{first} moved {moved} times");
        }
    }
}
