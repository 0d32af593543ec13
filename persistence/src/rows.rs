//! Decodes database rows into domain types. Only this module depends on the order of the columns.

use std::time::Duration;

use chrono::{DateTime, Utc};
use helpline_core::actor::ActorType;
use helpline_core::attachment::Attachment;
use helpline_core::history::{HistoryRow, Kind, Message};
use helpline_core::ids::{Key, MessageId, Seq, TicketId, UserId};
use helpline_core::limits;
use serde_json::value::RawValue;
use tokio_postgres::Row;
use tokio_postgres::row::RowIndex;
use tokio_postgres::types::{FromSql, Type};

use crate::{Store, StoreError};

/// A column, given by its index or its name. Wide views are read by name, so that this program
/// needs no copy of the view's column list.
pub(crate) trait Column: RowIndex + std::fmt::Display {}

impl<T: RowIndex + std::fmt::Display> Column for T {}

/// Returns a column's value, or an error that names the column.
pub(crate) fn get<'a, T: FromSql<'a>>(row: &'a Row, column: impl Column) -> Result<T, StoreError> {
    row.try_get(column)
        .map_err(|error| StoreError::Row(error.to_string()))
}

/// Returns the only row of a statement that always returns one.
pub(crate) fn first(answer: &[Row]) -> Result<&Row, StoreError> {
    answer
        .first()
        .ok_or_else(|| StoreError::Row("a statement returned no row".into()))
}

/// Decodes a text column into an enum. The column contains one of the enum's words.
pub(crate) fn word<T: std::str::FromStr<Err = helpline_core::UnknownWord>>(
    row: &Row,
    column: impl Column,
) -> Result<T, StoreError> {
    parse(get(row, column)?)
}

/// Decodes a text column into an enum. Null becomes `None`.
pub(crate) fn optional_word<T: std::str::FromStr<Err = helpline_core::UnknownWord>>(
    row: &Row,
    column: impl Column,
) -> Result<Option<T>, StoreError> {
    get::<Option<&str>>(row, column)?.map(parse).transpose()
}

fn parse<T: std::str::FromStr<Err = helpline_core::UnknownWord>>(
    word: &str,
) -> Result<T, StoreError> {
    word.parse()
        .map_err(|error: helpline_core::UnknownWord| StoreError::Row(format!("{error}: {word:?}")))
}

/// Decodes a count. A negative count, which only manual SQL can cause, becomes zero; an error would
/// make the other counts of the row unavailable too.
pub(crate) fn count(row: &Row, column: impl Column) -> Result<u32, StoreError> {
    let n: i64 = get(row, column)?;
    Ok(u32::try_from(n.max(0)).unwrap_or(u32::MAX))
}

/// Decodes a position in a history. The column is a `bigint`, and a constraint forbids negative
/// values.
pub(crate) fn seq(row: &Row, column: impl Column) -> Result<Seq, StoreError> {
    seq_of(get(row, column)?)
}

/// Decodes a position in a history. Null becomes `None`.
pub(crate) fn optional_seq(row: &Row, column: impl Column) -> Result<Option<Seq>, StoreError> {
    get::<Option<i64>>(row, column)?.map(seq_of).transpose()
}

pub(crate) fn seq_of(n: i64) -> Result<Seq, StoreError> {
    u64::try_from(n)
        .map(Seq::new)
        .map_err(|_| StoreError::Row(format!("negative seq {n}")))
}

/// Converts a position into a `bigint` parameter. A position that a client has sent may be too
/// large for the column's type; it becomes the maximum, which is greater than every stored
/// position.
pub(crate) fn bigint(seq: Seq) -> i64 {
    i64::try_from(seq.get()).unwrap_or(i64::MAX)
}

/// Converts a duration into milliseconds, as a `bigint` parameter.
pub(crate) fn ms(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

/// Decodes a message's idempotency key. An imported key of another form becomes `None`, because no
/// client will retry with that key.
pub(crate) fn key(row: &Row, column: impl Column) -> Result<Option<Key>, StoreError> {
    Ok(get::<Option<String>>(row, column)?.and_then(|key| Key::parse(key).ok()))
}

/// Decodes a message's attachments, each one separately. An attachment that cannot be decoded is
/// left out, so that it does not make the whole ticket unreadable. Such an attachment may have been
/// imported, be nested too deep, or contain numbers that fit no type.
pub(crate) fn attachments(row: &Row, column: impl Column) -> Result<Vec<Attachment>, StoreError> {
    let JsonText(text) = get(row, column)?;
    let entries: Vec<&RawValue> = serde_json::from_str(text).unwrap_or_default();
    let readable = entries
        .into_iter()
        .map(RawValue::get)
        .filter(|entry| entry.len() <= limits::ATTACHMENT_STORED_BYTES_MAX);
    Ok(readable
        .filter_map(|entry| serde_json::from_str(entry).ok())
        .take(limits::ATTACHMENTS_MAX)
        .collect())
}

/// The text of a `jsonb` column, not parsed yet. The caller decides what happens if it cannot be
/// parsed.
pub(crate) struct JsonText<'a>(pub(crate) &'a str);

impl<'a> FromSql<'a> for JsonText<'a> {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        // In the binary format of `jsonb`, a version byte precedes the text.
        Ok(Self(std::str::from_utf8(raw.get(1..).unwrap_or_default())?))
    }

    fn accepts(ty: &Type) -> bool {
        *ty == Type::JSONB
    }
}

/// Decodes a timestamp. Postgres can store infinities and years that other programs cannot
/// represent; these become the first or the last representable time.
pub(crate) fn time(row: &Row, column: impl Column) -> Result<DateTime<Utc>, StoreError> {
    get(row, column).map(|Moment(at)| at)
}

/// Decodes a timestamp. Null becomes `None`.
pub(crate) fn optional_time(
    row: &Row,
    column: impl Column,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    Ok(get::<Option<Moment>>(row, column)?.map(|Moment(at)| at))
}

pub(crate) struct Moment(DateTime<Utc>);

impl Moment {
    /// The range of the years 1 to 9999, in microseconds since 1970.
    const FIRST_US: i64 = -62_135_596_800_000_000;
    const LAST_US: i64 = 253_402_300_799_999_999;
    /// Microseconds from 1970 to 2000. Postgres timestamps count from 2000.
    const EPOCH_US: i64 = 946_684_800_000_000;

    /// Converts microseconds since 1970. Returns `None` for a time outside the years 1 to 9999.
    pub(crate) fn in_range(micros: i64) -> Option<DateTime<Utc>> {
        (Self::FIRST_US..=Self::LAST_US)
            .contains(&micros)
            .then(|| DateTime::from_timestamp_micros(micros))?
    }
}

impl<'a> FromSql<'a> for Moment {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        let micros =
            postgres_protocol::types::timestamp_from_sql(raw)?.saturating_add(Self::EPOCH_US);
        DateTime::from_timestamp_micros(micros.clamp(Self::FIRST_US, Self::LAST_US))
            .map(Self)
            .ok_or_else(|| "no moment".into())
    }

    fn accepts(ty: &Type) -> bool {
        *ty == Type::TIMESTAMPTZ
    }
}

/// Decodes a text of at most `bytes_max` bytes and truncates a longer text. Only rows that are
/// older than the table's constraint can contain a longer text.
pub(crate) fn text(
    row: &Row,
    column: impl Column,
    bytes_max: usize,
) -> Result<Option<String>, StoreError> {
    Ok(get::<Option<&str>>(row, column)?.map(|text| cut(text, bytes_max)))
}

/// Decodes a person's name, which may be null.
pub(crate) fn name(row: &Row, column: impl Column) -> Result<Option<String>, StoreError> {
    text(row, column, 4 * limits::NAME_CHARS_MAX)
}

fn cut(text: &str, bytes_max: usize) -> String {
    if text.len() <= bytes_max {
        return text.to_owned();
    }
    let mut end = bytes_max - '…'.len_utf8();
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}…", &text[..end])
}

/// Decodes a row of the view `support_events`. `at` is the index in `row` of the view's first
/// column. If the row cannot be decoded, the result contains only its readable parts, because a
/// missing event would leave a gap in the history.
pub(crate) fn history_row(store: &Store, row: &Row, at: usize) -> Result<HistoryRow, StoreError> {
    whole_history_row(row, at).or_else(|error| {
        let rest = rest_of_history_row(row, at)?;
        store.undecodable.met(
            "history",
            format_args!("{} {}", rest.ticket, rest.seq),
            &error,
        );
        Ok(rest)
    })
}

fn whole_history_row(row: &Row, at: usize) -> Result<HistoryRow, StoreError> {
    let kind: Kind = word(row, at + 4)?;
    Ok(HistoryRow {
        ticket: TicketId::new(get(row, at)?),
        seq: seq(row, at + 1)?,
        public_seq: optional_seq(row, at + 2)?,
        at: time(row, at + 3)?,
        kind,
        actor: get::<Option<_>>(row, at + 5)?.map(UserId::new),
        actor_type: word(row, at + 6)?,
        actor_name: name(row, at + 7)?,
        public_actor_name: name(row, at + 23)?,
        old_value: text(row, at + 8, limits::HISTORY_VALUE_BYTES_MAX)?,
        new_value: text(row, at + 9, limits::HISTORY_VALUE_BYTES_MAX)?,
        public_old_value: text(row, at + 10, limits::HISTORY_PUBLIC_VALUE_BYTES_MAX)?,
        public_new_value: text(row, at + 11, limits::HISTORY_PUBLIC_VALUE_BYTES_MAX)?,
        description: text(row, at + 12, limits::HISTORY_DESCRIPTION_BYTES_MAX)?,
        message: if kind.has_message() {
            message(row, at + 13)?
        } else {
            None
        },
    })
}

/// Decodes an event's position and time, and its kind if the kind is known.
fn rest_of_history_row(row: &Row, at: usize) -> Result<HistoryRow, StoreError> {
    Ok(HistoryRow {
        ticket: TicketId::new(get(row, at)?),
        seq: seq(row, at + 1)?,
        public_seq: optional_seq(row, at + 2)?,
        at: time(row, at + 3)?,
        kind: word(row, at + 4).unwrap_or(Kind::Unreadable),
        actor: None,
        actor_type: word(row, at + 6).unwrap_or(ActorType::System),
        actor_name: None,
        public_actor_name: None,
        old_value: None,
        new_value: None,
        public_old_value: None,
        public_new_value: None,
        description: None,
        message: None,
    })
}

fn message(row: &Row, at: usize) -> Result<Option<Message>, StoreError> {
    // A stored message always has a body. A null means that the reader may not see the message, or
    // that the message was deleted.
    let Some(body) = text(row, at + 3, limits::BODY_BYTES_MAX)? else {
        return Ok(None);
    };
    Ok(Some(Message {
        id: MessageId::new(get(row, at)?),
        sender: get::<Option<_>>(row, at + 1)?.map(UserId::new),
        sender_type: word(row, at + 2)?,
        body,
        is_internal: get(row, at + 4)?,
        attachments: attachments(row, at + 5)?,
        key: key(row, at + 6)?,
        created_at: time(row, at + 7)?,
        edited_at: optional_time(row, at + 8)?,
        redacted_at: optional_time(row, at + 9)?,
    }))
}

/// Decodes a result that consists only of history events.
pub(crate) fn history_rows(store: &Store, rows: &[Row]) -> Result<Vec<HistoryRow>, StoreError> {
    rows.iter().map(|row| history_row(store, row, 0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(micros: i64) -> String {
        let Moment(at) = Moment::from_sql(&Type::TIMESTAMPTZ, &micros.to_be_bytes())
            .expect("every number is some moment");
        at.to_rfc3339()
    }

    #[test]
    fn every_moment_of_postgres_has_a_four_digit_year() {
        assert_eq!(moment(0), "2000-01-01T00:00:00+00:00");
        assert_eq!(moment(i64::MAX), "9999-12-31T23:59:59.999999+00:00");
        assert_eq!(moment(i64::MIN), "0001-01-01T00:00:00+00:00");
        assert_eq!(
            moment(-211_813_488_000_000_000),
            "0001-01-01T00:00:00+00:00"
        );
    }

    #[test]
    fn a_text_is_cut_between_characters_and_says_so() {
        assert_eq!(cut("abcd", 4), "abcd");
        assert_eq!(cut("abcde", 4), "a…");
        assert_eq!(cut("ä€𝄞ä€𝄞", 10), "ä€…");
    }
}
