//! Why a token is refused. The client learns only that it is; the operator finds the reason in the log, in `access_log`, in a metric, and by
//! `helpline token --explain`.

use helpline_core::reject::{Reject, RejectCode};

/// The first thing that is wrong with a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenFault {
    /// Not three parts, or a header that cannot be read.
    NotAToken,
    /// The header demands something that is not known here.
    Critical,
    /// Another algorithm.
    Algorithm,
    /// HS256, and no secret is set for it.
    NoSecret,
    /// The desk's own, and it has no sign-in of its own.
    NoSecretKey,
    /// A public-key algorithm, and no key set is named.
    NoKeySet,
    /// A public-key algorithm without a `kid`.
    NoKid,
    /// The key set has no key of this name.
    UnknownKey,
    /// The key set could not be fetched.
    KeySetUnavailable,
    /// The key of this name is for another algorithm.
    OtherAlgorithm,
    /// Signed by something else.
    Signature,
    /// A claim of a wrong type.
    ClaimType,
    /// No `exp`.
    NoEnd,
    /// No `sub`, or one that names no one.
    Subject,
    /// An `iss` that is too long for the subjects that it names, or no line of text.
    IssuerText,
    /// Another `iss`.
    Issuer,
    /// Another `aud`.
    Audience,
    /// Another `role`.
    Role,
    /// `nbf` lies ahead.
    NotYet,
    /// `exp` is over.
    Expired,
}

impl TokenFault {
    /// Every reason.
    pub const ALL: &'static [Self] = &[
        Self::NotAToken,
        Self::Critical,
        Self::Algorithm,
        Self::NoSecret,
        Self::NoSecretKey,
        Self::NoKeySet,
        Self::NoKid,
        Self::UnknownKey,
        Self::KeySetUnavailable,
        Self::OtherAlgorithm,
        Self::Signature,
        Self::ClaimType,
        Self::NoEnd,
        Self::Subject,
        Self::IssuerText,
        Self::Issuer,
        Self::Audience,
        Self::Role,
        Self::NotYet,
        Self::Expired,
    ];

    /// One word, for the metric and `access_log`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::NotAToken => "not_a_token",
            Self::Critical => "critical_header",
            Self::Algorithm => "algorithm",
            Self::NoSecret => "no_secret",
            Self::NoSecretKey => "no_secret_key",
            Self::NoKeySet => "no_key_set",
            Self::NoKid => "no_kid",
            Self::UnknownKey => "unknown_key",
            Self::KeySetUnavailable => "key_set_unavailable",
            Self::OtherAlgorithm => "other_algorithm",
            Self::Signature => "signature",
            Self::ClaimType => "claim_type",
            Self::NoEnd => "no_exp",
            Self::Subject => "sub",
            Self::IssuerText => "iss_text",
            Self::Issuer => "iss",
            Self::Audience => "aud",
            Self::Role => "role",
            Self::NotYet => "nbf",
            Self::Expired => "expired",
        }
    }

    /// What an operator can do about it.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::NotAToken => "it is not a JWT: three parts, joined by dots, the first a header",
            Self::Critical => "its header has `crit`, which is not supported",
            Self::Algorithm => "its alg is not one of HS256, RS256, ES256, EdDSA",
            Self::NoSecret => "it is signed by HS256, and no --jwt-secret is set",
            Self::NoSecretKey => "it is a desk token, and no --oidc-issuer is set",
            Self::NoKeySet => "it is signed by a public-key algorithm, and no --jwks-url is set",
            Self::NoKid => "it is signed by a public-key algorithm and names no key (kid)",
            Self::UnknownKey => "the key set at --jwks-url has no usable key of its kid",
            Self::KeySetUnavailable => "the key set at --jwks-url could not be fetched",
            Self::OtherAlgorithm => "the key of its kid is for another algorithm",
            Self::Signature => {
                "its signature does not fit: it was signed by another secret or key, or changed"
            }
            Self::ClaimType => {
                "a claim has another type than the standard gives it (exp, nbf, iss, role)"
            }
            Self::NoEnd => "it has no exp, or one that is not a number of seconds",
            Self::Subject => {
                "it has no sub, or one that is no text of 1 to 1024 bytes without control characters, or the UUID of zeros"
            }
            Self::IssuerText => "its iss has more than 1024 bytes, or control characters",
            Self::Issuer => "its iss is not what --jwt-issuer asks for",
            Self::Audience => "its aud is not what --jwt-audience asks for",
            Self::Role => {
                "its role is not `authenticated`: keys such as anon and service_role are no people"
            }
            Self::NotYet => "its nbf lies in the future: compare the clocks",
            Self::Expired => "it has expired; if it was just issued, compare the clocks",
        }
    }

    /// What the client is told.
    pub fn reject(self) -> Reject {
        match self {
            Self::Expired => Reject::new(RejectCode::TokenExpired, "the token has expired"),
            Self::KeySetUnavailable => crate::runtime::errors::unavailable(),
            _ => Reject::new(RejectCode::NotAuthenticated, "a valid token is required"),
        }
    }
}

#[test]
fn every_reason_is_listed() {
    assert_eq!(TokenFault::ALL.len(), TokenFault::Expired as usize + 1);
}
