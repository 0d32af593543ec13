//! Reads requests strictly. Every body, query and frame comes in through here, so that nothing a client wrote is dropped in silence:
//!
//! - a field that the type does not have is refused, at every depth: a misspelled flag would otherwise mean its default
//! - a field that occurs twice is refused: which of the two counts would be undefined
//! - `null` is refused in every field, unless the field's own reader gives it a meaning
//!
//! The strictness belongs to the reading and not to the types: `OpeningHours` is read strictly from an admin and leniently from a database
//! that a newer version has written to.

mod reader;
mod tree;

use serde::de::DeserializeOwned;

use crate::limits;
use crate::reject::{Reject, RejectCode};
pub(super) use reader::FrameReader;
pub(super) use tree::Json;

/// Why a request cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Not JSON at all.
    #[error("not JSON: {0}")]
    NotJson(String),
    /// JSON, with this wrong.
    #[error(transparent)]
    Field(#[from] FieldError),
}

/// What is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {why}", if .field.is_empty() { "body" } else { .field })]
pub struct FieldError {
    /// The field as a path: `patch.assigned_to`, `attachments[0].id`; empty: the whole.
    pub field: String,
    /// What is wrong with it.
    pub why: FieldFault,
}

/// What may be wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FieldFault {
    /// The type has no such field, but these.
    #[error("no such field")]
    Unknown(&'static [&'static str]),
    /// It occurs twice.
    #[error("given twice")]
    Twice,
    /// It is needed and not there.
    #[error("is missing")]
    Missing,
    /// `null`, where that means nothing.
    #[error("must not be null")]
    Null,
    /// Of another type, or a value that it cannot have.
    #[error("{0}")]
    Invalid(String),
}

impl FieldError {
    fn at(field: &str, why: FieldFault) -> Self {
        Self {
            field: cut(field),
            why,
        }
    }

    fn whole(why: FieldFault) -> Self {
        Self {
            field: String::new(),
            why,
        }
    }

    /// The same error, seen from outside of the object or list that this name or `[index]` belongs to.
    #[must_use]
    pub fn inside(mut self, outer: &str) -> Self {
        let between = if self.field.is_empty() || self.field.starts_with('[') {
            ""
        } else {
            "."
        };
        self.field = cut(&format!("{outer}{between}{}", self.field));
        self
    }
}

impl From<FieldError> for Reject {
    fn from(error: FieldError) -> Self {
        let code = match error.why {
            FieldFault::Unknown(_) => RejectCode::UnknownField,
            FieldFault::Twice | FieldFault::Missing | FieldFault::Null | FieldFault::Invalid(_) => {
                RejectCode::InvalidField
            }
        };
        Self::new(code, error.to_string())
    }
}

/// Reads a JSON body.
///
/// # Errors
/// [`Unreadable`] for the first thing that is wrong.
pub fn read<T: DeserializeOwned>(json: &[u8]) -> Result<T, Unreadable> {
    let tree: Json = serde_json::from_slice(json)
        .map_err(|error| Unreadable::NotJson(cut(&error.to_string())))?;
    Ok(T::deserialize(tree)?)
}

/// Reads the names and values of a query.
///
/// # Errors
/// [`FieldError`] for the first thing that is wrong.
pub fn read_query<T: DeserializeOwned>(pairs: Vec<(String, String)>) -> Result<T, FieldError> {
    T::deserialize(Json::Object(
        pairs
            .into_iter()
            .map(|(name, value)| (name.into(), Json::Word(value)))
            .collect(),
    ))
}

/// Reads what stood in a field whose type its neighbours decide.
///
/// # Errors
/// [`FieldError`] for the first thing that is wrong.
pub fn read_value<T: DeserializeOwned>(value: serde_json::Value) -> Result<T, FieldError> {
    T::deserialize(Json::from(value))
}

/// The names of the fields that an object of this type may have; none: it is no object.
pub fn fields_of<T: DeserializeOwned>() -> &'static [&'static str] {
    known_fields(T::deserialize(Json::probe()).map(drop))
}

/// The known fields, out of the refusal of a probe.
pub(super) fn known_fields(probed: Result<(), FieldError>) -> &'static [&'static str] {
    match probed {
        Err(FieldError {
            why: FieldFault::Unknown(known),
            ..
        }) => known,
        Ok(()) | Err(_) => &[],
    }
}

/// Reads text in which `null` means that there is none.
///
/// # Errors
/// The deserializer's, for anything else.
pub(super) fn text_or_null<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    deserializer.deserialize_any(reader::TextOrNull)
}

fn cut(text: &str) -> String {
    text.chars().take(limits::FIELD_ERROR_CHARS_MAX).collect()
}
