//! Why a token is refused. The client learns only that the token is refused or has expired.
//! Operators find the reason in the log, in `access_log`, in a metric, and with
//! `helpline token --explain`.

use helpline_core::reject::{Reject, RejectCode};

/// The first fault found in a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenFault {
    /// The token does not have three parts, or its header cannot be decoded.
    NotAToken,
    /// The header has `crit`, which we do not support.
    Critical,
    /// The token's signature algorithm is not supported.
    Algorithm,
    /// The token's algorithm is HS256, but no secret is configured for it.
    NoSecret,
    /// The token claims to be signed by the desk, but no OpenID provider is configured, so the desk
    /// signs no tokens.
    NoSecretKey,
    /// The algorithm needs a public key, but no key set is configured.
    NoKeySet,
    /// The algorithm needs a public key, but the token's header has no `kid`.
    NoKid,
    /// The identity provider's key set (JWKS) has no key with the token's `kid`.
    UnknownKey,
    /// The identity provider's key set (JWKS) could not be fetched.
    KeySetUnavailable,
    /// The key with the token's `kid` is for an algorithm other than the token's.
    OtherAlgorithm,
    /// The token's signature is invalid.
    Signature,
    /// A claim of the token has the wrong type.
    ClaimType,
    /// There is no `exp`, or it is not a number of seconds.
    NoEnd,
    /// There is no `sub`, or it is not a valid subject.
    Subject,
    /// The `iss` is too long or contains control characters. Checked only if the `sub` is not a
    /// UUID.
    IssuerText,
    /// The `iss` is not the configured one.
    Issuer,
    /// The `aud` does not contain the configured audience.
    Audience,
    /// The `role` is not `authenticated`.
    Role,
    /// The `nbf` is in the future.
    NotYet,
    /// The `exp` is in the past.
    Expired,
}

impl TokenFault {
    /// All reasons for which a token is refused, each once.
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

    /// Why the token is refused, as one word for metrics and `access_log`.
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

    /// Why the token is refused, as a sentence for operators.
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

    /// The rejection that the client receives. It tells the client only whether the token has
    /// expired.
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
