//! Reads the access log (the table `access_log`) for admins, newest rows first, in pages.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use helpline_core::actor::Audience;
use helpline_core::ids::{TicketId, TicketNumber, UserId};
use helpline_core::limits;
use helpline_core::protocol::{AccessEntry, AccessPerson, AccessTicket};
use serde_json::{Map, Value};
use tokio_postgres::Row;

use crate::rows::JsonText;
use crate::tickets::InvalidCursor;
use crate::{Reader, Store, StoreError, rows};

const PAGE: &str = include_str!("../sql/access_log/page.sql");

/// The filters of a page of access log entries. A filter that is `None` matches every entry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccessQuery {
    /// Only entries about actions of this person.
    pub user: Option<UserId>,
    /// Only entries with one of these actions.
    pub actions: Option<Vec<String>>,
    /// Only entries about this ticket.
    pub ticket: Option<TicketId>,
    /// `true`: only refused actions. `false`: only completed actions.
    pub refused: Option<bool>,
    /// Start of the period in which the entries were written, inclusive.
    pub from: Option<DateTime<Utc>>,
    /// End of the period in which the entries were written, exclusive.
    pub to: Option<DateTime<Utc>>,
    /// Continue after the page that returned this cursor. `None` starts with the newest entry.
    pub cursor: Option<AccessCursor>,
    /// Maximum number of entries in the page.
    pub limit: u32,
}

/// The position in the access log where a page ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccessCursor(i64);

/// A page of access log entries.
#[derive(Debug, Clone, PartialEq)]
pub struct AccessList {
    /// The entries, newest first.
    pub entries: Vec<AccessEntry>,
    /// The cursor of the next page. `None` if there are no older entries.
    pub next_cursor: Option<AccessCursor>,
    /// The time back to which the log was searched, if the search ended before the page was full.
    pub searched_to: Option<DateTime<Utc>>,
}

impl fmt::Display for AccessCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for AccessCursor {
    type Err = InvalidCursor;

    fn from_str(text: &str) -> Result<Self, InvalidCursor> {
        let id: i64 = text.parse().map_err(|_| InvalidCursor)?;
        // Accept only the form that a page returns: no sign and no leading zeros.
        if id < 1 || id.to_string() != text {
            return Err(InvalidCursor);
        }
        Ok(Self(id))
    }
}

/// Reads a page of the access log, for admins only. It reads at most
/// [`limits::ACCESS_LOG_WALK_ROWS_MAX`] rows, even if few of them match.
///
/// # Errors
/// [`StoreError::Refused`] with `forbidden` if the reader is not an admin; otherwise when the
/// database cannot be read.
pub async fn page(
    store: &Store,
    reader: Reader,
    query: &AccessQuery,
) -> Result<AccessList, StoreError> {
    walk(store, reader, query, limits::ACCESS_LOG_WALK_ROWS_MAX).await
}

/// Like [`page`], but reads at most `walk_rows_max` rows.
///
/// # Errors
/// As [`page`].
pub async fn walk(
    store: &Store,
    reader: Reader,
    query: &AccessQuery,
    walk_rows_max: i32,
) -> Result<AccessList, StoreError> {
    let reader = Reader {
        audience: Audience::Staff,
        ..reader
    };
    let limit = i32::try_from(query.limit.max(1)).unwrap_or(i32::MAX - 1);
    let (user, ticket) = (
        query.user.map(UserId::uuid),
        query.ticket.map(TicketId::uuid),
    );
    let before = query.cursor.map(|AccessCursor(id)| id);
    let answer = store
        .list(
            reader,
            PAGE,
            &[
                &user,
                &query.actions,
                &ticket,
                &query.refused,
                &query.from,
                &query.to,
                &before,
                &limit,
                &walk_rows_max,
            ],
        )
        .await?;
    let first = answer
        .first()
        .ok_or_else(|| StoreError::Row("no page of the access log".into()))?;
    let next: Option<i64> = rows::get(first, "next_id")?;
    let mut entries = Vec::with_capacity(answer.len());
    for row in &answer {
        let Some(id) = rows::get::<Option<i64>>(row, "id")? else {
            continue;
        };
        entries.extend(
            store
                .undecodable
                .leave_out("access log", id, entry(row, id)),
        );
    }
    Ok(AccessList {
        entries,
        next_cursor: next.map(AccessCursor),
        searched_to: rows::optional_time(first, "searched_to")?,
    })
}

fn entry(row: &Row, id: i64) -> Result<AccessEntry, StoreError> {
    let user: Option<uuid::Uuid> = rows::get(row, "user_id")?;
    let (name, email) = (
        rows::name(row, "user_name")?,
        rows::text(row, "user_email", 4 * limits::EMAIL_CHARS_MAX)?,
    );
    let ticket: Option<uuid::Uuid> = rows::get(row, "ticket_id")?;
    let number: Option<String> = rows::get(row, "ticket_number")?;
    let detail = readable(rows::get(row, "detail")?);
    let is_cut: bool = rows::get(row, "detail_cut")?;
    Ok(AccessEntry {
        id: id.unsigned_abs(),
        at: rows::time(row, "created_at")?,
        user: user.map(|id| AccessPerson {
            id: UserId::new(id),
            name,
            email,
        }),
        action: rows::get(row, "action")?,
        ticket: ticket.map(|id| AccessTicket {
            id: TicketId::new(id),
            number: number.as_deref().map(TicketNumber::stored),
        }),
        refused: rows::get(row, "refused")?,
        ip: rows::get(row, "address")?,
        user_agent: rows::text(row, "user_agent", 4 * limits::USER_AGENT_CHARS_MAX)?,
        detail_cut: is_cut || detail.is_none(),
        detail: detail.unwrap_or_default(),
    })
}

/// Parses the JSON details of an entry. Returns `None` if the details are too long, or if plain SQL
/// stored details that this program cannot parse, such as a number that fits no numeric type.
fn readable(JsonText(detail): JsonText<'_>) -> Option<Map<String, Value>> {
    if detail.len() > limits::ACCESS_LOG_DETAIL_BYTES_MAX {
        return None;
    }
    serde_json::from_str(detail).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_as_it_was_written_and_nothing_else_is_one() {
        for id in [1, 7, i64::MAX] {
            let text = AccessCursor(id).to_string();
            assert_eq!(text.parse(), Ok(AccessCursor(id)));
        }
        for text in [
            "",
            "0",
            "-1",
            "+1",
            "01",
            " 1",
            "1.",
            "x",
            "9223372036854775808",
        ] {
            assert_eq!(text.parse::<AccessCursor>(), Err(InvalidCursor), "{text}");
        }
    }
}
