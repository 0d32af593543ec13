//! Rows into domain types: the one place that knows the columns' order.

use helpline_core::body::Attachment;
use helpline_core::history::{HistoryRow, Kind, Message};
use helpline_core::ids::{Key, MessageId, Seq, TicketId, UserId};
use tokio_postgres::Row;
use tokio_postgres::types::FromSql;

use crate::StoreError;

/// A column's value, or an error that names it.
pub(crate) fn get<'a, T: FromSql<'a>>(row: &'a Row, column: usize) -> Result<T, StoreError> {
    row.try_get(column).map_err(|error| StoreError::Row(error.to_string()))
}

/// A column that holds one of an enum's words.
pub(crate) fn word<T: std::str::FromStr<Err = helpline_core::UnknownWord>>(row: &Row, column: usize) -> Result<T, StoreError> {
    parse(get(row, column)?)
}

/// A column that holds one of an enum's words, or nothing.
pub(crate) fn optional_word<T: std::str::FromStr<Err = helpline_core::UnknownWord>>(
    row: &Row,
    column: usize,
) -> Result<Option<T>, StoreError> {
    get::<Option<&str>>(row, column)?.map(parse).transpose()
}

fn parse<T: std::str::FromStr<Err = helpline_core::UnknownWord>>(word: &str) -> Result<T, StoreError> {
    word.parse().map_err(|error: helpline_core::UnknownWord| StoreError::Row(format!("{error}: {word:?}")))
}

/// How many of something.
pub(crate) fn count(row: &Row, column: usize) -> Result<u32, StoreError> {
    let n: i64 = get(row, column)?;
    u32::try_from(n).map_err(|_| StoreError::Row(format!("a count of {n}")))
}

/// A place in a history. Columns are `bigint`, never negative by their checks.
pub(crate) fn seq(row: &Row, column: usize) -> Result<Seq, StoreError> {
    seq_of(get(row, column)?)
}

/// The same, where there may be none.
pub(crate) fn optional_seq(row: &Row, column: usize) -> Result<Option<Seq>, StoreError> {
    get::<Option<i64>>(row, column)?.map(seq_of).transpose()
}

pub(crate) fn seq_of(n: i64) -> Result<Seq, StoreError> {
    u64::try_from(n).map(Seq::new).map_err(|_| StoreError::Row(format!("negative seq {n}")))
}

/// A place as a column takes it. A client's number beyond the column's range is beyond every head too.
pub(crate) fn bigint(seq: Seq) -> i64 {
    i64::try_from(seq.get()).unwrap_or(i64::MAX)
}

/// A message's key. One that an import brought in another form is none of ours to retry.
pub(crate) fn key(row: &Row, column: usize) -> Result<Option<Key>, StoreError> {
    Ok(get::<Option<String>>(row, column)?.and_then(|key| Key::parse(key).ok()))
}

/// A message's attachments. Entries of another shape (carried over from elsewhere) are left out rather than hiding the ticket.
pub(crate) fn attachments(row: &Row, column: usize) -> Result<Vec<Attachment>, StoreError> {
    let serde_json::Value::Array(entries) = get(row, column)? else { return Ok(Vec::new()) };
    Ok(entries.into_iter().filter_map(|entry| serde_json::from_value(entry).ok()).collect())
}

/// A row of the view `support_history`, whose first column stands at `at`.
pub(crate) fn history_row(row: &Row, at: usize) -> Result<HistoryRow, StoreError> {
    let kind: Kind = word(row, at + 4)?;
    Ok(HistoryRow {
        ticket: TicketId::new(get(row, at)?),
        seq: seq(row, at + 1)?,
        public_seq: optional_seq(row, at + 2)?,
        at: get(row, at + 3)?,
        kind,
        actor: get::<Option<_>>(row, at + 5)?.map(UserId::new),
        actor_type: word(row, at + 6)?,
        actor_name: get(row, at + 7)?,
        old_value: get(row, at + 8)?,
        new_value: get(row, at + 9)?,
        public_old_value: get(row, at + 10)?,
        public_new_value: get(row, at + 11)?,
        description: get(row, at + 12)?,
        message: if kind.has_message() { message(row, at + 13)? } else { None },
    })
}

fn message(row: &Row, at: usize) -> Result<Option<Message>, StoreError> {
    // Joined by its id; a body is never null, so a null here means that the reader may not see the message.
    let Some(body) = get(row, at + 3)? else { return Ok(None) };
    Ok(Some(Message {
        id: MessageId::new(get(row, at)?),
        sender: get::<Option<_>>(row, at + 1)?.map(UserId::new),
        sender_type: word(row, at + 2)?,
        body,
        is_internal: get(row, at + 4)?,
        attachments: attachments(row, at + 5)?,
        key: key(row, at + 6)?,
        created_at: get(row, at + 7)?,
        edited_at: get(row, at + 8)?,
        redacted_at: get(row, at + 9)?,
    }))
}

/// All rows of an answer that is nothing but history.
pub(crate) fn history_rows(rows: &[Row]) -> Result<Vec<HistoryRow>, StoreError> {
    rows.iter().map(|row| history_row(row, 0)).collect()
}
