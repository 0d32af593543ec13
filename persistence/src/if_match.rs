//! What a change expects of that which it changes (RFC 9110, 13.1.1).

/// Entity tags as `If-Match` has them, in their quotes, or `*` for anything that exists. Compared in the transaction of the change.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IfMatch(Option<Vec<String>>);

impl IfMatch {
    /// Where it is as one of these says, and nowhere for none. Without any, see [`Self::default`], a change is made whatever there is.
    pub const fn one_of(tags: Vec<String>) -> Self {
        Self(Some(tags))
    }

    /// For a statement: null where anything is expected.
    pub(crate) fn tags(&self) -> Option<&[String]> {
        self.0.as_deref()
    }
}
