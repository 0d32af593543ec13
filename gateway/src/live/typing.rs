//! A person types, or has stopped.

use axum::extract::ws::Utf8Bytes;
use helpline_core::actor::Audience;
use helpline_core::ids::TicketId;
use helpline_core::protocol::{CustomerFrame, StaffFrame, StaffPerson};

use super::frames::{Ephemeral, frame};

/// One change of it.
#[derive(Debug, Clone)]
pub struct Typing {
    /// On which ticket.
    pub ticket: TicketId,
    /// Who, as staff see them.
    pub person: StaffPerson,
    /// What customers see of their name, if they are staff.
    pub public_name: Option<String>,
    /// Whether they type.
    pub on: bool,
    /// Whether it is a note: customers then do not learn of it.
    pub internal: bool,
}

impl Typing {
    /// The frame for the members.
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
