//! The expected state of the object that a change applies to (RFC 9110, 13.1.1).

/// Entity tags as in `If-Match`, with their quotes, or `*` for any existing object. They are
/// compared inside the transaction that makes the change.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IfMatch(Option<Vec<String>>);

impl IfMatch {
    /// Makes the change only if the object has one of these tags; an empty list never matches. The
    /// default ([`Self::default`]) makes the change whatever the object's state is.
    pub const fn one_of(tags: Vec<String>) -> Self {
        Self(Some(tags))
    }

    /// The statement's parameter. `None` (SQL null) if any state is acceptable.
    pub(crate) fn tags(&self) -> Option<&[String]> {
        self.0.as_deref()
    }
}
