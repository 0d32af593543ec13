//! The person that a token identifies. The token has either the person's UUID, or an issuer's own
//! subject, which the database maps to a person.

use uuid::Uuid;

use crate::ids::UserId;
use crate::limits;

/// The `sub` of a token, and the `iss` to which it belongs.
///
/// A `sub` of 32 hexadecimal digits, in any case, with or without hyphens, braces or `urn:uuid:`,
/// is a UUID. It identifies the person directly, for every issuer, and never appears in the table
/// `people_subjects`. Any other `sub` is the issuer's own name for a person, compared byte by byte;
/// `people_subjects` maps it to a person. The SQL function `support_subject_uuid` follows the same
/// rule.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum TokenSubject {
    /// A person's UUID.
    Person(UserId),
    /// A subject other than a UUID, which the issuer chose.
    Issued(IssuedSubject),
}

/// Prefix that is added to an OpenID provider's subject if the subject looks like a UUID or already
/// starts with this prefix.
pub const PROVIDER_PREFIX: &str = "oidc:";

/// An issuer and its name for a person, of at most [`limits::TOKEN_ISSUER_BYTES_MAX`] and
/// [`limits::TOKEN_SUBJECT_BYTES_MAX`] bytes, without control characters. Issuer and name are never
/// trimmed, case-folded or normalised.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct IssuedSubject {
    issuer: String,
    subject: String,
}

impl TokenSubject {
    /// Parses the claims `iss` and `sub` of a token. Pass `""` as the issuer of a token without
    /// `iss`. The issuer is ignored if the subject is a UUID.
    ///
    /// # Errors
    /// [`InvalidSubject`] for the first rule that is broken.
    pub fn parse(issuer: &str, subject: &str) -> Result<Self, InvalidSubject> {
        if subject.is_empty() || subject.len() > limits::TOKEN_SUBJECT_BYTES_MAX {
            return Err(InvalidSubject::Length);
        }
        if subject.chars().any(char::is_control) {
            return Err(InvalidSubject::Control);
        }
        if let Some(uuid) = uuid_of(subject) {
            return match uuid.is_nil() {
                true => Err(InvalidSubject::Nil),
                false => Ok(Self::Person(UserId::new(uuid))),
            };
        }
        if issuer.len() > limits::TOKEN_ISSUER_BYTES_MAX || issuer.chars().any(char::is_control) {
            return Err(InvalidSubject::Issuer);
        }
        Ok(Self::Issued(IssuedSubject {
            issuer: issuer.to_owned(),
            subject: subject.to_owned(),
        }))
    }

    /// Parses the subject that the desk's OpenID provider uses for a person. The result is always
    /// [`Self::Issued`]. Many providers use UUIDs as subjects; such a UUID must never select the
    /// person who has the same UUID on the operator's own platform. Therefore, a subject that is a
    /// UUID or already starts with [`PROVIDER_PREFIX`] gets that prefix.
    ///
    /// # Errors
    /// [`InvalidSubject`] for the first rule that is broken.
    pub fn of_provider(issuer: &str, subject: &str) -> Result<Self, InvalidSubject> {
        if uuid_of(subject).is_some() || subject.starts_with(PROVIDER_PREFIX) {
            return Self::parse(issuer, &format!("{PROVIDER_PREFIX}{subject}"));
        }
        Self::parse(issuer, subject)
    }

    /// The person, if the subject is a UUID.
    pub const fn person(&self) -> Option<UserId> {
        match self {
            Self::Person(person) => Some(*person),
            Self::Issued(_) => None,
        }
    }

    /// The issuer and its subject, if the subject is not a UUID; the database maps them to a
    /// person.
    pub const fn issued(&self) -> Option<&IssuedSubject> {
        match self {
            Self::Person(_) => None,
            Self::Issued(issued) => Some(issued),
        }
    }
}

impl IssuedSubject {
    /// The token's `iss`; empty for a token without `iss`.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The token's `sub`.
    pub fn subject(&self) -> &str {
        &self.subject
    }
}

impl From<UserId> for TokenSubject {
    fn from(person: UserId) -> Self {
        Self::Person(person)
    }
}

/// Writes the `sub` as it is in the token.
impl std::fmt::Display for TokenSubject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Person(person) => person.fmt(f),
            Self::Issued(issued) => issued.subject.fmt(f),
        }
    }
}

/// Why a [`TokenSubject`] was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSubject {
    /// The subject is empty or too long.
    #[error("a subject has 1 to {} bytes", limits::TOKEN_SUBJECT_BYTES_MAX)]
    Length,
    /// The subject contains a control character.
    #[error("a subject has no control characters")]
    Control,
    /// The subject is the nil UUID.
    #[error("the nil UUID does not identify a person")]
    Nil,
    /// The issuer is too long or contains a control character.
    #[error(
        "an issuer has at most {} bytes and no control characters",
        limits::TOKEN_ISSUER_BYTES_MAX
    )]
    Issuer,
}

/// Parses a UUID in any spelling. Otherwise, a token issuer that changes how it spells UUIDs would
/// turn one person into two.
fn uuid_of(text: &str) -> Option<Uuid> {
    const URN: &str = "urn:uuid:";
    let bare = match text.get(..URN.len()) {
        Some(start) if start.eq_ignore_ascii_case(URN) => &text[URN.len()..],
        _ => text,
    };
    let bare = bare
        .strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'))
        .unwrap_or(bare);
    let digits: String = bare.chars().filter(|c| *c != '-').collect();
    // Accept only 32 digits: `try_parse` accepts further forms, which the SQL function
    // `support_subject_uuid` does not accept.
    (digits.len() == 32)
        .then(|| Uuid::try_parse(&digits).ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUB: &str = "018f0000-0000-7000-8000-0000000000ab";

    #[test]
    fn a_uuid_in_any_spelling_is_the_same_person_of_any_issuer() {
        let person = TokenSubject::Person(SUB.parse().expect("a UUID"));
        for spelling in [
            SUB.to_owned(),
            SUB.to_uppercase(),
            SUB.replace('-', ""),
            format!("{{{SUB}}}"),
            format!("{{{}}}", SUB.replace('-', "")),
            format!("urn:uuid:{SUB}"),
            format!("URN:UUID:{}", SUB.to_uppercase()),
            "018f-0000-0000-7000-8000-0000-0000-00ab".to_owned(),
        ] {
            for issuer in ["", "https://id.example", "a\u{1b}b"] {
                assert_eq!(
                    TokenSubject::parse(issuer, &spelling),
                    Ok(person.clone()),
                    "{spelling}"
                );
            }
        }
    }

    #[test]
    fn every_other_subject_is_its_issuers_byte_by_byte() {
        let issued = |issuer: &str, subject: &str| {
            let parsed = TokenSubject::parse(issuer, subject).expect("a subject");
            let kept = parsed.issued().expect("not a UUID");
            assert_eq!((kept.issuer(), kept.subject()), (issuer, subject));
            parsed
        };
        let longest = "é".repeat(limits::TOKEN_SUBJECT_BYTES_MAX / 2);
        let subjects = [
            "auth0|64b7f1e2a9c3d4e5f6a7b8c9",
            "user_2xYzAbCdEfGh",
            "User_2xYzAbCdEfGh",
            "117890123456789012345",
            " a ",
            "a",
            "e\u{301}",
            "\u{e9}",
            "ada@example.org",
            "0",
            &SUB[1..],
            "{018f0000-0000-7000-8000-0000000000ab",
            longest.as_str(),
        ];
        let mut all = std::collections::HashSet::new();
        for subject in subjects {
            for issuer in ["", "https://id.example", "https://id.example/"] {
                assert!(all.insert(issued(issuer, subject)), "{issuer} {subject}");
            }
        }
    }

    #[test]
    fn a_providers_names_are_never_people_by_their_uuid_and_stay_apart() {
        let of = |subject: &str| TokenSubject::of_provider("https://id.example", subject);
        let mut all = std::collections::HashSet::new();
        for subject in [
            SUB,
            &SUB.to_uppercase(),
            "00000000-0000-0000-0000-000000000000",
            &format!("oidc:{SUB}"),
            &format!("oidc:oidc:{SUB}"),
            "oidc:ada",
            "ada",
        ] {
            let parsed = of(subject).expect("a subject");
            assert!(parsed.issued().is_some(), "{subject}");
            assert!(all.insert(parsed), "{subject}");
        }
        assert_eq!(of(""), Err(InvalidSubject::Length));
    }

    #[test]
    fn what_is_no_subject_is_refused() {
        let long = "a".repeat(limits::TOKEN_SUBJECT_BYTES_MAX + 1);
        for (issuer, subject, why) in [
            ("", "", InvalidSubject::Length),
            ("", long.as_str(), InvalidSubject::Length),
            ("", "a\0b", InvalidSubject::Control),
            ("", "ada\n", InvalidSubject::Control),
            ("", "a\u{85}", InvalidSubject::Control),
            (
                "",
                "00000000-0000-0000-0000-000000000000",
                InvalidSubject::Nil,
            ),
            (
                "",
                "URN:UUID:{00000000000000000000000000000000}",
                InvalidSubject::Nil,
            ),
            (long.as_str(), "ada", InvalidSubject::Issuer),
            ("https://id.example\n", "ada", InvalidSubject::Issuer),
        ] {
            assert_eq!(
                TokenSubject::parse(issuer, subject),
                Err(why),
                "{issuer:.40} {subject:.40}"
            );
        }
    }
}
