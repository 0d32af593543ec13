//! Removing what was written into a ticket and is no message, permanently. Messages are redacted in [`crate::messages`].

use helpline_core::history::HistoryRow;
use helpline_core::ids::{Seq, TicketId};

use crate::{Caller, StoreError, Within, rows};

const SUBJECT: &str = include_str!("../../sql/tickets/redact_subject.sql");
const RATING: &str = include_str!("../../sql/tickets/redact_rating.sql");
const EVENT: &str = include_str!("../../sql/tickets/redact_event.sql");

/// What is removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Redaction {
    /// The subject, and every former one. `[redacted]` takes its place.
    Subject,
    /// The comments of all ratings. The ratings stay.
    RatingComment,
    /// The texts of one `logged` or `rated` event. The event keeps its number.
    Event(Seq),
}

/// Removes it as an admin; gives the rows written: the receipt, or none when nothing was there.
///
/// # Errors
/// [`StoreError::Refused`]: `not_found`, `forbidden`, `legal_hold`; `invalid_field` for an event that holds no text of a person.
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
