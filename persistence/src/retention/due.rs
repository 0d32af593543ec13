//! Which tickets a run would change.

use helpline_core::ids::{RetentionRunId, TicketId};
use helpline_core::limits;
use helpline_core::protocol::{DueTicket, DueTicketPage, RetentionKind};
use tokio_postgres::Row;
use uuid::Uuid;

use super::as_staff;
use crate::time_cursor::TimeCursor;
use crate::{Reader, Store, StoreError, rows};

const DUE: &str = include_str!("../../sql/retention/due.sql");

/// Which tickets [`due`] returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DueTickets {
    /// What the run does. Entries of the access log are not listed.
    pub kind: RetentionKind,
    /// A planned run of this kind, whose cutoff counts. `None` for a run that would be planned now.
    pub run: Option<RetentionRunId>,
    /// The position of the page before.
    pub after: Option<TimeCursor>,
}

/// Returns a page of at most [`limits::DUE_TICKETS_LISTED_MAX`] tickets that a run would archive or
/// delete, without the reader's own tickets. For admins. Reads all tickets.
///
/// # Errors
/// [`StoreError::Refused`]: `forbidden`; `not_found` if there is no such run of this kind.
pub async fn due(
    store: &Store,
    reader: Reader,
    which: DueTickets,
) -> Result<DueTicketPage, StoreError> {
    let DueTickets { kind, run, after } = which;
    let (at, id) = (after.map(|it| it.at), after.map(|it| it.id));
    let most = limits::DUE_TICKETS_LISTED_MAX;
    let run = run.map(RetentionRunId::uuid);
    let params: crate::store::Params<'_> = &[&kind.as_str(), &run, &at, &id, &most];
    let answer = store.read(as_staff(reader), DUE, params).await?;
    let cursor = |row: &Row| {
        Ok::<_, StoreError>(TimeCursor {
            at: rows::time(row, 4)?,
            id: rows::get(row, 0)?,
        })
    };
    let last = answer.last().filter(|_| answer.len() as i64 >= most);
    let next_cursor = last.map(cursor).transpose()?.map(|it| it.to_string());
    let mut tickets = Vec::with_capacity(answer.len());
    for row in &answer {
        let id: Uuid = rows::get(row, 0)?;
        tickets.extend(store.undecodable.leave_out("ticket", id, ticket(row)));
    }
    Ok(DueTicketPage {
        tickets,
        next_cursor,
    })
}

fn ticket(row: &Row) -> Result<DueTicket, StoreError> {
    Ok(DueTicket {
        id: TicketId::new(rows::get(row, 0)?),
        ticket_number: rows::get(row, 1)?,
        subject: rows::get(row, 2)?,
        customer_name: rows::get(row, 3)?,
        since: rows::time(row, 4)?,
    })
}
