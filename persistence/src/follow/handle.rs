//! Gives events to a handler such that one bad event affects only its own ticket: all events at
//! once, then, if that fails, each ticket, and then each event of the tickets that failed. Each try
//! is a savepoint.

use std::sync::Arc;

use helpline_core::ids::{Seq, TicketId};

use super::{Event, Handler, next};
use crate::error::chain;
use crate::handler::Verdict;
use crate::transaction::Transaction;
use crate::{HandlerError, StoreError};

/// How far a consumer came on one ticket.
pub(super) struct Outcome {
    pub(super) ticket: TicketId,
    /// The first event that was not handled. It failed if there is a `failure`.
    pub(super) next: Seq,
    /// The last of the ticket's events.
    pub(super) last_seq: Seq,
    /// Number of events that were handled.
    pub(super) handled: i64,
    pub(super) failure: Option<Failure>,
}

/// Why an event was not handled.
pub(super) struct Failure {
    pub(super) error: String,
    /// Whether the failure counts as an attempt. A locked ticket says nothing about the event.
    pub(super) counts: bool,
}

/// Gives the events to the handler. With `by_ticket`, it does not try all of them at once first.
///
/// # Errors
/// An error that concerns all events, for example a lost connection.
pub(super) async fn handle(
    transaction: &mut Transaction,
    handler: &mut impl Handler,
    events: &[Arc<Event>],
    by_ticket: bool,
) -> Result<Vec<Outcome>, StoreError> {
    let mut outcomes = Vec::new();
    if events.is_empty() {
        return Ok(outcomes);
    }
    let is_handled = !by_ticket && attempt(transaction, handler, events).await?.is_none();
    for ticket in events.chunk_by(|one, other| one.row.ticket == other.row.ticket) {
        if is_handled {
            outcomes.extend(success(ticket));
        } else {
            outcomes.extend(handle_ticket(transaction, handler, ticket).await?);
        }
    }
    Ok(outcomes)
}

async fn handle_ticket(
    transaction: &mut Transaction,
    handler: &mut impl Handler,
    events: &[Arc<Event>],
) -> Result<Option<Outcome>, StoreError> {
    if attempt(transaction, handler, events).await?.is_none() {
        return Ok(success(events));
    }
    let Some(mut outcome) = success(events) else {
        return Ok(None);
    };
    for (n, event) in (0..).zip(events) {
        let failure = attempt(transaction, handler, std::slice::from_ref(event)).await?;
        if failure.is_some() {
            outcome.next = event.row.seq;
            outcome.handled = n;
            outcome.failure = failure;
            break;
        }
    }
    Ok(Some(outcome))
}

/// The outcome of a ticket of which all events were handled.
fn success(events: &[Arc<Event>]) -> Option<Outcome> {
    let last = &events.last()?.row;
    Some(Outcome {
        ticket: last.ticket,
        next: next(last.seq),
        last_seq: last.seq,
        handled: i64::try_from(events.len()).unwrap_or(i64::MAX),
        failure: None,
    })
}

/// Gives these events to the handler, and undoes what it wrote if it fails.
async fn attempt(
    transaction: &mut Transaction,
    handler: &mut impl Handler,
    events: &[Arc<Event>],
) -> Result<Option<Failure>, StoreError> {
    // The cause of an earlier attempt's events is not that of this attempt's.
    transaction.set_cause(None).await?;
    transaction.set_savepoint().await?;
    let done = match handler.handle(transaction, events).await {
        Ok(()) => transaction.release_savepoint().await.map_err(Into::into),
        Err(error) => Err(error),
    };
    let Err(error) = done else {
        return Ok(None);
    };
    let failure = match (error.verdict(), error) {
        (Verdict::Stop, HandlerError::Store(error)) => return Err(error),
        (Verdict::Busy, error) => Failure {
            error: chain(&error),
            counts: false,
        },
        (Verdict::Counts | Verdict::Stop, error) => Failure {
            error: chain(&error),
            counts: true,
        },
    };
    transaction.roll_back_to_savepoint().await?;
    Ok(Some(failure))
}
