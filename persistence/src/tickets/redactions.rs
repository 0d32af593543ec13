//! Permanently removes texts of a ticket other than messages. [`crate::messages`] redacts messages.

use helpline_core::history::HistoryRow;
use helpline_core::ids::{Seq, TicketId};

use crate::{Caller, StoreError, Within, rows};

const SUBJECT: &str = include_str!("../../sql/tickets/redact_subject.sql");
const RATING: &str = include_str!("../../sql/tickets/redact_rating.sql");
const EVENT: &str = include_str!("../../sql/tickets/redact_event.sql");

/// Which texts of a ticket to remove.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Redaction {
    /// The present subject and all former subjects. `[redacted]` replaces them.
    Subject,
    /// The comments of all ratings of the ticket. The ratings themselves remain.
    RatingComment,
    /// The texts in the `logged` or `rated` event with this number. The event itself remains.
    Event(Seq),
}

/// Permanently removes texts of a ticket. For admins only. Returns the events written: one event
/// about the redaction, or none if there was no text to remove.
///
/// # Errors
/// [`StoreError::Refused`]: `not_found`, `forbidden`, `legal_hold`; `invalid_field` for an event
/// that contains no text written by a person.
pub async fn redact(
    within: impl Into<Within<'_>>,
    caller: &Caller,
    ticket: TicketId,
    redaction: Redaction,
) -> Result<Vec<HistoryRow>, StoreError> {
    let (mut within, ticket) = (within.into(), ticket.uuid());
    let (_, written) = match redaction {
        Redaction::Subject => within.write(caller, SUBJECT, &[&ticket]).await?,
        Redaction::RatingComment => within.write(caller, RATING, &[&ticket]).await?,
        Redaction::Event(seq) => {
            let seq = rows::bigint(seq);
            within.write(caller, EVENT, &[&ticket, &seq]).await?
        }
    };
    Ok(written)
}
