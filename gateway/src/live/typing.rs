//! Typing indicators: who is typing on a ticket.

use axum::extract::ws::Utf8Bytes;
use helpline_core::actor::Audience;
use helpline_core::ids::TicketId;
use helpline_core::protocol::{CustomerFrame, StaffFrame, StaffPerson};

use super::frames::{Ephemeral, frame};

/// Reports that a person has started or stopped typing on a ticket.
#[derive(Debug, Clone)]
pub struct Typing {
    /// The ticket on which the person types.
    pub ticket: TicketId,
    /// The person in the form that staff see, with id and name.
    pub person: StaffPerson,
    /// The name that customers see, if the person is staff.
    pub public_name: Option<String>,
    /// Whether the person is typing now.
    pub on: bool,
    /// Whether the person is typing an internal note. Customers must not see that.
    pub internal: bool,
}

impl Typing {
    /// The typing frame for the members of the ticket's room.
    pub fn news(&self) -> Ephemeral<impl Fn(Audience) -> Option<Utf8Bytes>> {
        let Self {
            ticket,
            person,
            public_name,
            on,
            internal,
        } = self;
        let (ticket, on, internal) = (*ticket, *on, *internal);
        Ephemeral::new(move |audience| match audience {
            Audience::Staff => Some(frame(&StaffFrame::Typing {
                ticket,
                person: person.clone(),
                on,
                internal,
            })),
            Audience::Customer => (!internal).then(|| {
                frame(&CustomerFrame::Typing {
                    ticket,
                    person: person.for_customer(public_name.as_deref()),
                    on,
                })
            }),
        })
    }
}
