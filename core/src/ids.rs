//! Names of things, each its own type, so that a ticket's id never lands where a person's belongs.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::limits;

macro_rules! uuid_id {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        #[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub struct $name(Uuid);

        impl $name {
            /// Wraps a UUID that is known to name such a thing.
            pub const fn new(id: Uuid) -> Self { Self(id) }
            /// The bare UUID, for columns.
            pub const fn uuid(self) -> Uuid { self.0 }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { self.0.fmt(f) }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> { Uuid::parse_str(text).map(Self) }
        }
    };
}

uuid_id!(
    /// A ticket (`support_tickets.id`).
    TicketId
);
uuid_id!(
    /// A person: the `sub` of their token (`people.id`).
    UserId
);
uuid_id!(
    /// A message or note (`support_messages.id`), UUIDv7 made by the writer: the order within a batch is the order of ids.
    MessageId
);
uuid_id!(
    /// A text kept for answering (`support_saved_replies.id`), UUIDv7 made by the writer.
    SavedReplyId
);

/// A place in one ticket's history, counted from 1; 0 is "before the first". Which of the two numberings it belongs to
/// follows from its reader: staff frames carry `seq`, customers' carry `public_seq` as `seq`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Seq(#[cfg_attr(feature = "typescript", ts(type = "number"))] u64);

impl Seq {
    /// Before the first row.
    pub const ZERO: Self = Self(0);

    /// The place `n`. JSON numbers are exact to 2^53, which no ticket reaches.
    pub const fn new(n: u64) -> Self {
        Self(n)
    }

    /// The bare number.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The place after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl std::fmt::Display for Seq {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// The sender's name for one send (`support_messages.key`): the same key again is the same send. 1 to
/// [`limits::KEY_CHARS_MAX`] visible ASCII characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Key(String);

impl Key {
    /// Takes a key as the client wrote it.
    ///
    /// # Errors
    /// [`InvalidKey`] when it is empty, too long, or holds anything but visible ASCII.
    pub fn parse(text: impl Into<String>) -> Result<Self, InvalidKey> {
        let text = text.into();
        let visible = text.bytes().all(|b| b.is_ascii_graphic());
        if text.is_empty() || text.len() > limits::KEY_CHARS_MAX || !visible {
            return Err(InvalidKey);
        }
        Ok(Self(text))
    }

    /// The key's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// Why a [`Key`] was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a key is 1 to {} visible ASCII characters", limits::KEY_CHARS_MAX)]
pub struct InvalidKey;

/// The number that people say aloud: `TKT-000001`, six digits at least, never cut (`TKT-1000000` is the millionth).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TicketNumber(String);

impl TicketNumber {
    /// The number of the `n`th ticket.
    pub fn nth(n: u64) -> Self {
        Self(format!("TKT-{n:06}"))
    }

    /// Takes a number in any case, with or without leading zeros.
    ///
    /// # Errors
    /// [`InvalidTicketNumber`] when it is not `TKT-` and digits.
    pub fn parse(text: &str) -> Result<Self, InvalidTicketNumber> {
        let digits = text
            .get(..4)
            .filter(|prefix| prefix.eq_ignore_ascii_case("TKT-"))
            .and_then(|_| text.get(4..))
            .filter(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
            .ok_or(InvalidTicketNumber)?;
        digits.parse().map(Self::nth).map_err(|_| InvalidTicketNumber)
    }

    /// The number's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Why a [`TicketNumber`] was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a ticket number is TKT- and digits")]
pub struct InvalidTicketNumber;

/// What a ticket is asked for by: its id or its number. A URL takes either.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TicketRef {
    /// By id.
    Id(TicketId),
    /// By number.
    Number(TicketNumber),
}

impl std::str::FromStr for TicketRef {
    type Err = InvalidTicketNumber;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.parse() {
            Ok(id) => Ok(Self::Id(id)),
            Err(_) => TicketNumber::parse(text).map(Self::Number),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticket_numbers_have_six_digits_and_are_never_cut() {
        assert_eq!(TicketNumber::nth(1).as_str(), "TKT-000001");
        assert_eq!(TicketNumber::nth(1_000_000).as_str(), "TKT-1000000");
        assert_eq!(TicketNumber::parse("tkt-42"), Ok(TicketNumber::nth(42)));
        assert_eq!(TicketNumber::parse("TKT-"), Err(InvalidTicketNumber));
        assert_eq!(TicketNumber::parse("TKÜ-1"), Err(InvalidTicketNumber));
    }

    #[test]
    fn keys_are_visible_ascii_of_bounded_length() {
        assert!(Key::parse("a".repeat(limits::KEY_CHARS_MAX)).is_ok());
        for refused in [String::new(), "a".repeat(limits::KEY_CHARS_MAX + 1), "a b".into(), "é".into(), "a\n".into()] {
            assert_eq!(Key::parse(refused), Err(InvalidKey));
        }
    }
}
