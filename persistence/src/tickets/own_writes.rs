//! Treats a person's own messages as read, even if they come after the person's read position.
//! Without this, a ticket that a person has opened over REST, or answered on another device, would
//! appear unread to that person.

use std::collections::HashMap;

use helpline_core::actor::Audience;
use helpline_core::ids::Seq;
use helpline_core::limits;
use helpline_core::protocol::{CustomerTicket, StaffTicket};
use uuid::Uuid;

use crate::{Reader, Store, StoreError, rows};

const FOR_STAFF: &str = include_str!("../../sql/tickets/read_through_for_staff.sql");
const FOR_CUSTOMER: &str = include_str!("../../sql/tickets/read_through_for_customer.sql");

/// A ticket with the number of its last event (`head`) and the number of the last event that the
/// person has read (`mark`).
pub(super) trait Marked {
    fn id(&self) -> Uuid;
    fn head(&self) -> Seq;
    fn mark(&self) -> Seq;
    fn move_mark(&mut self, to: Seq);
    /// Whether the person reads the ticket as staff or as its customer. [`Self::head`] and
    /// [`Self::mark`] (the last event that the person has read) count all events for staff, and
    /// only public events for a customer.
    fn audience(&self, reader: Reader) -> Audience;
}

impl Marked for StaffTicket {
    fn id(&self) -> Uuid {
        self.id.uuid()
    }
    fn head(&self) -> Seq {
        self.seq
    }
    fn mark(&self) -> Seq {
        self.read_seq
    }
    fn move_mark(&mut self, to: Seq) {
        self.read_seq = to;
    }
    fn audience(&self, reader: Reader) -> Audience {
        if self.user_id == reader.user {
            Audience::Customer
        } else {
            Audience::Staff
        }
    }
}

impl Marked for CustomerTicket {
    fn id(&self) -> Uuid {
        self.id.uuid()
    }
    fn head(&self) -> Seq {
        self.seq
    }
    fn mark(&self) -> Seq {
        self.read_seq
    }
    fn move_mark(&mut self, to: Seq) {
        self.read_seq = to;
    }
    fn audience(&self, _reader: Reader) -> Audience {
        Audience::Customer
    }
}

/// Moves each read position forward over the reader's own events that follow it. Runs no query if
/// all tickets are read completely.
pub(super) async fn count_as_read<T: Marked>(
    store: &Store,
    reader: Reader,
    tickets: &mut [T],
) -> Result<(), StoreError> {
    for (audience, sql) in [
        (Audience::Staff, FOR_STAFF),
        (Audience::Customer, FOR_CUSTOMER),
    ] {
        let mut unread: HashMap<Uuid, &mut T> = HashMap::new();
        for ticket in tickets.iter_mut() {
            if ticket.audience(reader) == audience && ticket.mark() < ticket.head() {
                unread.insert(ticket.id(), ticket);
            }
        }
        if unread.is_empty() {
            continue;
        }
        let (mut ids, mut marks, mut heads) = (Vec::new(), Vec::new(), Vec::new());
        for (id, ticket) in &unread {
            ids.push(*id);
            marks.push(rows::bigint(ticket.mark()));
            heads.push(rows::bigint(ticket.head()));
        }
        let stretch = i64::from(limits::PAGE_EVENTS_MAX);
        for row in store
            .read(
                Reader { audience, ..reader },
                sql,
                &[&ids, &marks, &heads, &stretch],
            )
            .await?
        {
            if let Some(ticket) = unread.get_mut(&rows::get::<Uuid>(&row, 0)?) {
                ticket.move_mark(rows::seq(&row, 1)?);
            }
        }
    }
    Ok(())
}
