//! The expected state of the object that a request changes (RFC 9110, section 13.1.1).

/// The entity tags of an `If-Match` header, with their quotes, or `*` for any existing object. They
/// are compared with the tag of the object that a request changes, inside the transaction that
/// makes the change.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IfMatch(Option<Vec<String>>);

impl IfMatch {
    /// Allows the requested change only if the object has one of these tags; an empty list never
    /// matches. The default ([`Self::default`]) allows the change in every case.
    pub const fn one_of(tags: Vec<String>) -> Self {
        Self(Some(tags))
    }

    /// The tags as a parameter of an SQL statement. `None` (SQL null) skips the check.
    pub(crate) fn tags(&self) -> Option<&[String]> {
        self.0.as_deref()
    }
}
