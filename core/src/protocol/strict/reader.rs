//! Deserializes a [`Json`] tree into a type, with the strict rules of [`super`]. Errors contain the
//! path of the field.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use serde::de::value::{BorrowedStrDeserializer, StrDeserializer};
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, Expected, IntoDeserializer, MapAccess,
    SeqAccess, Unexpected, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use super::{FieldError, FieldFault, Json, cut};

type Fields<'a> = Vec<(Cow<'a, str>, Json<'a>)>;

impl Error for FieldError {
    fn custom<T: fmt::Display>(why: T) -> Self {
        Self::whole(FieldFault::Invalid(cut(&why.to_string())))
    }

    fn invalid_type(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        match unexpected {
            Unexpected::Unit => Self::whole(FieldFault::Null),
            other => Self::custom(format_args!("{other} instead of {expected}")),
        }
    }

    fn missing_field(field: &'static str) -> Self {
        Self::at(field, FieldFault::Missing)
    }

    fn unknown_field(field: &str, known: &'static [&'static str]) -> Self {
        Self::at(field, FieldFault::Unknown(known))
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self::at(field, FieldFault::Twice)
    }
}

impl<'de> Deserializer<'de> for Json<'de> {
    type Error = FieldError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FieldError> {
        match self {
            Self::Null => visitor.visit_unit(),
            Self::Bool(value) => visitor.visit_bool(value),
            Self::Unsigned(value) => visitor.visit_u64(value),
            Self::Signed(value) => visitor.visit_i64(value),
            Self::Float(value) => visitor.visit_f64(value),
            Self::Text(Cow::Borrowed(text)) => visitor.visit_borrowed_str(text),
            Self::Text(Cow::Owned(text)) | Self::Word(text) => visitor.visit_string(text),
            Self::List(items) => {
                let mut items = Items {
                    left: items.into_iter(),
                    taken: 0,
                };
                let read = visitor.visit_seq(&mut items)?;
                // Refuse surplus elements: serde's visitor of a pair takes two elements and ignores
                // all others.
                match items.left.len() {
                    0 => Ok(read),
                    left => Err(FieldError::custom(format!("has {left} elements too many"))),
                }
            }
            Self::Object(fields) => {
                refuse_twice(&fields)?;
                visitor.visit_map(Entries::of(fields))
            }
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FieldError> {
        match self {
            Self::Null => Err(FieldError::whole(FieldFault::Null)),
            value => visitor.visit_some(value),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, FieldError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        known: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, FieldError> {
        match self {
            Self::Object(fields) => read_fields(fields, known, visitor),
            Self::Null => Err(FieldError::whole(FieldFault::Null)),
            _ => Err(FieldError::custom("must be an object")),
        }
    }

    /// Reads the enums of this crate, whose variants are words without data.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        words: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, FieldError> {
        match self {
            Self::Text(word) if words.contains(&&*word) => {
                visitor.visit_enum(StrDeserializer::new(&word))
            }
            Self::Null => Err(FieldError::whole(FieldFault::Null)),
            _ => Err(FieldError::custom(format_args!(
                "must be one of {}",
                words.join(", ")
            ))),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FieldError> {
        match self {
            Self::Word(word) => visitor.visit_bool(
                word.parse()
                    .map_err(|_| FieldError::custom("must be true or false"))?,
            ),
            value => value.deserialize_any(visitor),
        }
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FieldError> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FieldError> {
        match self {
            Self::Word(word) => visitor.visit_u64(
                word.parse()
                    .map_err(|_| FieldError::custom("must be a whole number"))?,
            ),
            value => value.deserialize_any(visitor),
        }
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u8 u16 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map identifier
        ignored_any
    }
}

/// Reads the fields of an object. An unknown field is reported before a missing one, because a
/// misspelled name causes both errors and the misspelled name is the useful one to report.
fn read_fields<'de, V: Visitor<'de>>(
    fields: Fields<'de>,
    known: &'static [&'static str],
    visitor: V,
) -> Result<V::Value, FieldError> {
    if let Some((name, _)) = fields.iter().find(|(name, _)| !known.contains(&&**name)) {
        return Err(FieldError::at(name, FieldFault::Unknown(known)));
    }
    // The visitor, which serde derives, refuses a name that occurs twice.
    visitor.visit_map(Entries::of(fields))
}

fn refuse_twice(fields: &[(Cow<'_, str>, Json<'_>)]) -> Result<(), FieldError> {
    let mut seen = HashSet::with_capacity(fields.len());
    match fields.iter().find(|(name, _)| !seen.insert(&**name)) {
        Some((name, _)) => Err(FieldError::at(name, FieldFault::Twice)),
        None => Ok(()),
    }
}

struct Entries<'a> {
    left: std::vec::IntoIter<(Cow<'a, str>, Json<'a>)>,
    current: Option<(Cow<'a, str>, Json<'a>)>,
}

impl<'a> Entries<'a> {
    fn of(fields: Fields<'a>) -> Self {
        Self {
            left: fields.into_iter(),
            current: None,
        }
    }
}

impl<'de> MapAccess<'de> for Entries<'de> {
    type Error = FieldError;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, FieldError> {
        self.current = self.left.next();
        match &self.current {
            None => Ok(None),
            Some((Cow::Borrowed(name), _)) => seed
                .deserialize(BorrowedStrDeserializer::new(name))
                .map(Some),
            Some((Cow::Owned(name), _)) => seed.deserialize(StrDeserializer::new(name)).map(Some),
        }
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<T::Value, FieldError> {
        let (name, value) = self
            .current
            .take()
            .ok_or_else(|| FieldError::custom("a value without a name"))?;
        seed.deserialize(value).map_err(|error| error.inside(&name))
    }
}

struct Items<'a> {
    left: std::vec::IntoIter<Json<'a>>,
    taken: usize,
}

impl<'de> SeqAccess<'de> for &mut Items<'de> {
    type Error = FieldError;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, FieldError> {
        let Some(item) = self.left.next() else {
            return Ok(None);
        };
        let index = self.taken;
        self.taken += 1;
        seed.deserialize(item)
            .map(Some)
            .map_err(|error| error.inside(&format!("[{index}]")))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left.len())
    }
}

/// A frame: the value of its `type`, and its other fields. It deserializes as the enum variant
/// whose name is in `type`.
pub(in crate::protocol) struct FrameReader<'a> {
    pub(in crate::protocol) kind: Cow<'a, str>,
    pub(in crate::protocol) fields: Fields<'a>,
}

impl FrameReader<'_> {
    /// A frame of type `kind` with a field that no frame has. Deserializing it fails, with an error
    /// that lists the fields of this frame type.
    pub(in crate::protocol) fn probe(kind: &str) -> FrameReader<'_> {
        FrameReader {
            kind: Cow::Borrowed(kind),
            fields: vec![(Cow::Borrowed("\0"), Json::Null)],
        }
    }
}

impl<'de> Deserializer<'de> for FrameReader<'de> {
    type Error = FieldError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FieldError> {
        visitor.visit_enum(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct newtype_struct seq tuple
        tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de> EnumAccess<'de> for FrameReader<'de> {
    type Error = FieldError;
    type Variant = Rest<'de>;

    fn variant_seed<T: DeserializeSeed<'de>>(
        self,
        seed: T,
    ) -> Result<(T::Value, Rest<'de>), FieldError> {
        let kind: StrDeserializer<'_, FieldError> = (&*self.kind).into_deserializer();
        Ok((seed.deserialize(kind)?, Rest(self.fields)))
    }
}

/// The fields of a frame, without `type`.
pub(in crate::protocol) struct Rest<'a>(Fields<'a>);

impl<'de> VariantAccess<'de> for Rest<'de> {
    type Error = FieldError;

    fn unit_variant(self) -> Result<(), FieldError> {
        match self.0.first() {
            Some((name, _)) => Err(FieldError::at(name, FieldFault::Unknown(&[]))),
            None => Ok(()),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(
        self,
        seed: T,
    ) -> Result<T::Value, FieldError> {
        seed.deserialize(Json::Object(self.0))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, FieldError> {
        Err(FieldError::custom("a frame has fields"))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        known: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, FieldError> {
        read_fields(self.0, known, visitor)
    }
}

/// A serde visitor that reads a text as `Some` and `null` as `None`.
pub(super) struct TextOrNull;

impl<'de> Visitor<'de> for TextOrNull {
    type Value = Option<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string or null")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Some(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Self::Value, E> {
        Ok(Some(text))
    }
}
