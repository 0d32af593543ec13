//! The position in a ticket list at which a page ended.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::rows::Moment;

/// The position of the last ticket in a page of a ticket list: the time by which the list is
/// ordered, and the ticket's id, which orders tickets with equal times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    pub(super) at: DateTime<Utc>,
    pub(super) id: Uuid,
}

/// The text is not a cursor that a page of a ticket list has returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is not the next_cursor of a page")]
pub struct InvalidCursor;

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.at.timestamp_micros(), self.id)
    }
}

impl FromStr for Cursor {
    type Err = InvalidCursor;

    fn from_str(text: &str) -> Result<Self, InvalidCursor> {
        let (micros, id) = text.split_once('.').ok_or(InvalidCursor)?;
        let micros: i64 = micros.parse().map_err(|_| InvalidCursor)?;
        Ok(Self {
            at: Moment::in_range(micros).ok_or(InvalidCursor)?,
            id: id.parse().map_err(|_| InvalidCursor)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_as_it_was_written_and_nothing_else_is_one() {
        let id = Uuid::from_u128(7);
        let at = DateTime::from_timestamp_micros(1_700_000_000_000_001).expect("a moment");
        let cursor = Cursor { at, id };
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
        let (first, beyond) = (
            format!("{}.{id}", i64::MIN),
            format!("253402300800000000.{id}"),
        );
        for text in [
            "",
            ".",
            "zzz",
            "5",
            "5.",
            &format!(".{id}"),
            "5.7",
            "é.é",
            &first,
            &beyond,
        ] {
            assert_eq!(text.parse::<Cursor>(), Err(InvalidCursor), "{text}");
        }
    }
}
