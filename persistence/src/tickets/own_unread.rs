//! Counts the events that a customer has not read, over all of the customer's own tickets.

use helpline_core::actor::Audience;
use helpline_core::limits;
use helpline_core::protocol::OwnUnread;

use crate::rows::count;
use crate::{Reader, Store, StoreError};

const OWN_UNREAD: &str = include_str!("../../sql/tickets/own_unread.sql");

/// Counts the tickets with unread events from other people, and the messages among these events.
/// Both counts have an upper limit, so that the cost does not depend on the number of tickets.
///
/// # Errors
/// When the database cannot be read.
pub async fn own_unread(store: &Store, reader: Reader) -> Result<OwnUnread, StoreError> {
    let reader = Reader {
        audience: Audience::Customer,
        ..reader
    };
    let bounds = [
        limits::OWN_UNREAD_TICKETS_MAX,
        limits::OWN_UNREAD_MESSAGES_MAX,
        limits::PAGE_EVENTS_MAX,
    ]
    .map(i64::from);
    let answer = store
        .read(reader, OWN_UNREAD, &[&bounds[0], &bounds[1], &bounds[2]])
        .await?;
    let row = answer
        .first()
        .ok_or_else(|| StoreError::Row("no count of the unread".into()))?;
    Ok(OwnUnread {
        tickets: count(row, 0)?,
        messages: count(row, 1)?,
    })
}
