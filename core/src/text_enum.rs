//! A macro for enums that use the same snake_case word in database columns and on the wire.

/// Declares an enum whose variants each have one word, used in Postgres, JSON and URLs.
///
/// Generates `ALL`, `as_str`, `Display` and `FromStr` (error: [`UnknownWord`](crate::UnknownWord)),
/// so that each word is written once. A second word after `|` is the variant's name in the previous
/// build. It is still accepted in JSON, but never written.
macro_rules! text_enum {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $word:tt $(| $former:tt)?),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub enum $name { $($(#[$vmeta])* #[serde(rename = $word $(, alias = $former)?)] $variant),+ }

        impl $name {
            /// Every variant, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The variant's word in database columns and on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(self.as_str()) }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::UnknownWord;
            fn from_str(word: &str) -> Result<Self, Self::Err> {
                match word { $($word => Ok(Self::$variant),)+ _ => Err($crate::UnknownWord { what: stringify!($name) }) }
            }
        }
    };
}
pub(crate) use text_enum;

/// The error for a word that no variant of the enum has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not one of the words of {what}")]
pub struct UnknownWord {
    /// The enum's name.
    pub what: &'static str,
}
