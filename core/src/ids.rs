//! Identifiers, each with its own type, so that a ticket's id cannot be passed where a person's id
//! is expected.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
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
            /// Wraps a UUID that is known to be an id of this type.
            pub const fn new(id: Uuid) -> Self { Self(id) }
            /// Returns the UUID, for database columns.
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
    /// A person (`people.id`). If the `sub` claim of the person's token is a UUID, that UUID is the
    /// id.
    UserId
);
uuid_id!(
    /// A message or note (`support_messages.id`). The writer makes each id a UUIDv7, so that
    /// sorting a batch by id gives the order of its messages.
    MessageId
);
uuid_id!(
    /// An upload, and the attachment that it becomes (`uploads.id`), a UUIDv7. An adopted message's
    /// attachment has the id that it had on the platform.
    UploadId
);
uuid_id!(
    /// A saved reply (`support_saved_replies.id`), a UUIDv7.
    SavedReplyId
);
uuid_id!(
    /// A run of retention (`retention_runs.id`), a UUIDv7.
    RetentionRunId
);
uuid_id!(
    /// A legal hold (`legal_holds.id`), a UUIDv7.
    LegalHoldId
);
uuid_id!(
    /// A delivery of background work (`deliveries.id`), a UUIDv7. Its receiver gets the same id at
    /// each attempt.
    DeliveryId
);

/// A position in one ticket's history, counted from 1; 0 is before the first event. An event has
/// two such numbers: `seq` counts all events, and `public_seq` counts only those that customers may
/// see. Frames for staff have the first number and frames for customers the second, both in the
/// field `seq`.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Seq(
    #[serde(deserialize_with = "exact_number")]
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    u64,
);

fn exact_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let n = u64::deserialize(deserializer)?;
    if n > limits::EXACT_NUMBER_MAX {
        let why = format!("must not be more than {}", limits::EXACT_NUMBER_MAX);
        return Err(D::Error::custom(why));
    }
    Ok(n)
}

impl Seq {
    /// The position before the first event.
    pub const ZERO: Self = Self(0);

    pub const fn new(n: u64) -> Self {
        Self(n)
    }

    pub const fn get(self) -> u64 {
        self.0
    }

    /// The next position.
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

/// The idempotency key: identifies one message that a client sends (`support_messages.key`). A
/// second send with the same key is a retry and creates no second message. A key has 1 to
/// [`limits::KEY_CHARS_MAX`] visible ASCII characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Key(String);

impl Key {
    /// Validates an idempotency key as the client wrote it.
    ///
    /// # Errors
    /// [`InvalidKey`] if the key is empty, too long, or has a character other than visible ASCII.
    pub fn parse(text: impl Into<String>) -> Result<Self, InvalidKey> {
        let text = text.into();
        let visible = text.bytes().all(|b| b.is_ascii_graphic());
        if text.is_empty() || text.len() > limits::KEY_CHARS_MAX || !visible {
            return Err(InvalidKey);
        }
        Ok(Self(text))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// Why an idempotency key ([`Key`]) was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to {} visible ASCII characters", limits::KEY_CHARS_MAX)]
pub struct InvalidKey;

/// The number that people use for a ticket: `TKT-000001`, with at least six digits (`TKT-1000000`
/// is the millionth). A ticket that was imported from another system keeps its number in any form,
/// such as `SUP-77`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TicketNumber(String);

impl TicketNumber {
    /// The number of the `n`th ticket that Helpline created.
    pub fn nth(n: u64) -> Self {
        Self(format!("TKT-{n:06}"))
    }

    /// Parses a ticket number as a person writes it; surrounding white space is ignored.
    ///
    /// # Errors
    /// [`InvalidTicketNumber`] if no ticket can have this number.
    pub fn parse(text: &str) -> Result<Self, InvalidTicketNumber> {
        let text = text.trim();
        let fits = !text.is_empty()
            && text.chars().count() <= limits::TICKET_NUMBER_CHARS_MAX
            && !text.chars().any(char::is_control);
        if fits {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidTicketNumber)
        }
    }

    /// Accepts a ticket number from the database without validation; a number that is too long is
    /// shortened.
    pub fn stored(text: &str) -> Self {
        Self(text.chars().take(limits::TICKET_NUMBER_CHARS_MAX).collect())
    }

    /// Returns the ticket numbers that a person may mean by this one, starting with the number as
    /// written: `sup-77` also means `SUP-77`, and `tkt-42` means `TKT-000042`.
    pub fn meant(&self) -> Vec<String> {
        let upper = self.0.to_ascii_uppercase();
        let mut meant = vec![self.0.clone(), upper.clone()];
        if let Some(n) = upper.strip_prefix("TKT-").and_then(digits) {
            meant.extend([Self::nth(n).0, format!("TKT-{n}")]);
        }
        let mut seen = std::collections::HashSet::new();
        meant.retain(|number| seen.insert(number.clone()));
        meant
    }

    /// Returns the ticket numbers that a search may mean: the whole text as a number, and every
    /// number in the text that is written in a common form (`42`, `#42`, `# 42`, `tkt-42`, `TKT42`,
    /// `[TKT-000042]`, a pasted subject line). At most [`limits::SEARCH_NUMBERS_MAX`] numbers of
    /// the text are used.
    pub fn searched(text: &str) -> Vec<String> {
        let narrow = narrow(text);
        let mut meant = Self::parse(text).map_or_else(|_| Vec::new(), |number| number.meant());
        let whole = narrow.parse().ok().into_iter();
        for n in whole
            .chain(written_numbers(&narrow))
            .take(limits::SEARCH_NUMBERS_MAX)
        {
            meant.extend([Self::nth(n).0, format!("TKT-{n}")]);
        }
        let mut seen = std::collections::HashSet::new();
        meant.retain(|number| seen.insert(number.clone()));
        meant
    }

    /// Whether a search contains a ticket number. Such a search is accepted even if all of its
    /// words are too short.
    pub fn is_in(text: &str) -> bool {
        let narrow = narrow(text);
        narrow.bytes().all(|b| b.is_ascii_digit()) || written_numbers(&narrow).next().is_some()
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Replaces full-width forms (Chinese, Japanese) and Arabic and Persian digits by their ASCII
/// equivalents, and removes invisible characters that set the text direction, which are often
/// copied along with a number.
fn narrow(text: &str) -> String {
    let from = |c: char, first: char, zero: char| {
        char::from_u32(u32::from(c) - u32::from(first) + u32::from(zero)).unwrap_or(c)
    };
    text.trim()
        .chars()
        .filter(|c| !matches!(c, '\u{200E}' | '\u{200F}' | '\u{61C}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}'))
        .map(|c| match c {
            '\u{FF01}'..='\u{FF5E}' => from(c, '\u{FF01}', '!'),
            '\u{660}'..='\u{669}' => from(c, '\u{660}', '0'),
            '\u{6F0}'..='\u{6F9}' => from(c, '\u{6F0}', '0'),
            c => c,
        })
        .collect()
}

/// Finds the numbers that follow `#` or `TKT` (in any case). At most one character, such as a
/// hyphen or a space, may be in between.
fn written_numbers(text: &str) -> impl Iterator<Item = u64> {
    text.char_indices().filter_map(|(at, c)| {
        let rest = &text[at..];
        let begins_word = text[..at]
            .chars()
            .next_back()
            .is_none_or(|before| !before.is_alphanumeric());
        let behind = match c {
            '#' => &rest[1..],
            't' | 'T' if begins_word && rest.get(..3)?.eq_ignore_ascii_case("tkt") => &rest[3..],
            _ => return None,
        };
        let digits_at = match behind.chars().next()? {
            c if c.is_ascii_digit() => 0,
            c if c.is_alphanumeric() => return None,
            c => c.len_utf8(),
        };
        let number = &behind[digits_at..];
        let end = number
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(number.len());
        number[..end].parse().ok()
    })
}

fn digits(text: &str) -> Option<u64> {
    text.bytes()
        .all(|b| b.is_ascii_digit())
        .then(|| text.parse().ok())
        .flatten()
}

/// Why a [`TicketNumber`] was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a ticket number is 1 to {} characters, none of them a control character",
    limits::TICKET_NUMBER_CHARS_MAX
)]
pub struct InvalidTicketNumber;

/// A ticket's id or its number. A URL accepts either.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TicketRef {
    Id(TicketId),
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
    }

    #[test]
    fn a_number_of_any_form_is_kept_as_it_is_and_found_as_people_write_it() {
        let meant = |text: &str| TicketNumber::parse(text).map(|number| number.meant());
        assert_eq!(
            meant("TKT-000042").unwrap_or_default(),
            ["TKT-000042", "TKT-42"]
        );
        assert_eq!(
            meant("tkt-42").unwrap_or_default(),
            ["tkt-42", "TKT-42", "TKT-000042"]
        );
        assert_eq!(
            meant(" sup-2024-17 ").unwrap_or_default(),
            ["sup-2024-17", "SUP-2024-17"]
        );
        assert_eq!(meant("TKÜ-1").unwrap_or_default(), ["TKÜ-1"]);
        assert_eq!(meant("TKT-").unwrap_or_default(), ["TKT-"]);
        assert_eq!(TicketNumber::searched("42"), ["42", "TKT-000042", "TKT-42"]);
        for refused in [
            "",
            " ",
            "a\nb",
            &"9".repeat(limits::TICKET_NUMBER_CHARS_MAX + 1),
        ] {
            assert_eq!(
                TicketNumber::parse(refused),
                Err(InvalidTicketNumber),
                "{refused:?}"
            );
        }
        assert_eq!(
            TicketNumber::stored(&"9".repeat(1_000)).as_str().len(),
            limits::TICKET_NUMBER_CHARS_MAX
        );
    }

    #[test]
    fn a_number_is_found_in_whatever_form_people_write_it() {
        for text in [
            "72",
            "#72",
            "# 72",
            "tkt-72",
            "TKT-72",
            "TKT72",
            "tkt 72",
            "Tkt_00072",
            "[TKT-000072]",
            "Re: TKT-000072",
            "Re: [TKT-000072] The printer is on fire",
            "(#72)",
            "TKT\u{2011}72",
            "\u{FF03}\u{FF17}\u{FF12}",
            " #000072 ",
            "\u{667}\u{662}",
            "#\u{6F7}\u{6F2}",
            "TKT-\u{660}\u{667}\u{662}",
            "TKT\u{200E}-72",
        ] {
            let found = TicketNumber::searched(text);
            assert!(
                found.contains(&"TKT-000072".to_owned()),
                "{text:?}: {found:?}"
            );
            assert!(TicketNumber::is_in(text), "{text:?}");
        }
        for text in [
            "a72",
            "xtkt-72",
            "tkt",
            "#",
            "72 km",
            "tktx72",
            "# x 72",
            "\u{1F3AB}",
            "\u{E9}tkt",
            "t\u{E9}",
        ] {
            assert!(
                !TicketNumber::searched(text).contains(&"TKT-000072".to_owned()),
                "{text:?}"
            );
            assert!(!TicketNumber::is_in(text), "{text:?}");
        }
        let many: String = (0..50).map(|n| format!("#{n} ")).collect();
        assert!(TicketNumber::searched(&many).len() <= 2 + 2 * limits::SEARCH_NUMBERS_MAX);
        assert_eq!(
            TicketNumber::searched("#99999999999999999999999"),
            ["#99999999999999999999999"]
        );
    }

    #[test]
    fn keys_are_visible_ascii_of_bounded_length() {
        assert!(Key::parse("a".repeat(limits::KEY_CHARS_MAX)).is_ok());
        for refused in [
            String::new(),
            "a".repeat(limits::KEY_CHARS_MAX + 1),
            "a b".into(),
            "é".into(),
            "a\n".into(),
        ] {
            assert_eq!(Key::parse(refused), Err(InvalidKey));
        }
    }
}
