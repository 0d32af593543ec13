//! Strict deserialization of requests. Every body, query and frame is read with this module, so
//! that nothing that a client wrote is silently ignored:
//!
//! - A field that the type does not have is refused at every depth. Otherwise, a misspelled flag
//!   would silently get its default.
//! - A field that occurs twice is refused, because it would be undefined which value counts.
//! - `null` is refused in every field for which it has no meaning.
//!
//! The reader is strict, not the types. For example, `OpeningHours` is read strictly from an
//! admin's request, and leniently from a database that a newer version has written to.

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
    /// The input is not JSON.
    #[error("not JSON: {0}")]
    NotJson(String),
    /// The input is JSON, but a field is wrong.
    #[error(transparent)]
    Field(#[from] FieldError),
}

/// What is wrong in a request, and in which field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {why}", if .field.is_empty() { "body" } else { .field })]
pub struct FieldError {
    /// The path of the field, such as `patch.assigned_to` or `attachments[0].id`. Empty for the
    /// whole body.
    pub field: String,
    /// What is wrong with the field.
    pub why: FieldFault,
}

/// What is wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FieldFault {
    /// The type does not have this field. The list names the fields that the type has.
    #[error("no such field")]
    Unknown(&'static [&'static str]),
    /// The field occurs twice.
    #[error("given twice")]
    Twice,
    /// The field is required, but missing.
    #[error("is missing")]
    Missing,
    /// The field is `null`, which has no meaning in this field.
    #[error("must not be null")]
    Null,
    /// The value has the wrong type, or is not allowed in this field.
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

    /// Puts the name or `[index]` of the enclosing field in front of the path.
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

/// Reads a value whose type depends on other parts of the request.
///
/// # Errors
/// [`FieldError`] for the first thing that is wrong.
pub fn read_value<T: DeserializeOwned>(value: serde_json::Value) -> Result<T, FieldError> {
    T::deserialize(Json::from(value))
}

/// The names of the fields that an object of this type may have. Empty if the type is not an
/// object.
pub fn fields_of<T: DeserializeOwned>() -> &'static [&'static str] {
    known_fields(T::deserialize(Json::probe()).map(drop))
}

/// Extracts the names of a type's fields from the error of a probe. A probe is an object with a
/// field that no type has, so the error lists the fields that the type has.
pub(super) fn known_fields(probed: Result<(), FieldError>) -> &'static [&'static str] {
    match probed {
        Err(FieldError {
            why: FieldFault::Unknown(known),
            ..
        }) => known,
        Ok(()) | Err(_) => &[],
    }
}

/// Reads an optional text: `null` means `None`.
///
/// # Errors
/// The deserializer's error for any value other than text or `null`.
pub(super) fn text_or_null<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    deserializer.deserialize_any(reader::TextOrNull)
}

fn cut(text: &str) -> String {
    text.chars().take(limits::FIELD_ERROR_CHARS_MAX).collect()
}
