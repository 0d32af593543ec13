//! Checks the claims of a token whose signature is valid. Pure: the current time is an argument.

use chrono::{DateTime, TimeDelta, Utc};
use helpline_core::limits;
use helpline_core::token_subject::{InvalidSubject, TokenSubject};
use helpline_persistence::people::Identity;
use serde_json::{Map, Value};

use super::fault::TokenFault;
use super::verified::VerifiedToken;

/// The only accepted value of the `role` claim. Supabase also issues `anon` (not signed in) and
/// `service_role` (an API key, not a person).
const ROLE: &str = "authenticated";

/// The values that the settings require in a token's claims.
pub struct Expected {
    /// The required `iss`. `None` accepts every issuer.
    pub issuer: Option<String>,
    /// The required `aud`. A token may name further audiences.
    pub audience: String,
    /// How a `sub` is interpreted.
    pub subjects: Subjects,
}

/// How a `sub` is interpreted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subjects {
    /// A `sub` that is a UUID is the person's id. Any other `sub` is the issuer's name for the
    /// person.
    Platform,
    /// Every `sub` is the provider's name for the person, even if it looks like a UUID.
    Provider,
}

/// Checks the claims. A claim that we read must have the right type, even if it is optional.
pub fn check(
    claims: &Map<String, Value>,
    expected: &Expected,
    now: DateTime<Utc>,
) -> Result<VerifiedToken, TokenFault> {
    let expires_at = claims.get("exp").and_then(time).ok_or(TokenFault::NoEnd)?;
    let not_before = optional(claims, "nbf", time)?;
    let issuer = optional(claims, "iss", |value| value.as_str())?;
    let role = optional(claims, "role", |value| value.as_str())?;
    let subject = subject(claims, issuer, expected.subjects)?;
    let issuer_fits = expected
        .issuer
        .as_deref()
        .is_none_or(|wanted| issuer == Some(wanted));
    let role_fits = role.is_none_or(|role| role == ROLE);
    let begun = not_before
        .is_none_or(|from| from <= now + TimeDelta::milliseconds(limits::CLOCK_LEEWAY_MS));
    let faults = [
        (!issuer_fits, TokenFault::Issuer),
        (!role_fits, TokenFault::Role),
        (
            !is_for(claims.get("aud"), &expected.audience),
            TokenFault::Audience,
        ),
        (!begun, TokenFault::NotYet),
        // Check the expiry last: only a token that is otherwise valid is reported as expired.
        (expires_at <= now, TokenFault::Expired),
    ];
    if let Some((_, fault)) = faults.into_iter().find(|(holds, _)| *holds) {
        return Err(fault);
    }
    let email = claims
        .get("email")
        .and_then(|value| line(value, limits::EMAIL_CHARS_MAX));
    Ok(VerifiedToken {
        identity: Identity {
            subject,
            email,
            name: name(claims),
        },
        expires_at,
    })
}

/// The person that the token identifies. A token without `iss` has the issuer `""`.
fn subject(
    claims: &Map<String, Value>,
    issuer: Option<&str>,
    subjects: Subjects,
) -> Result<TokenSubject, TokenFault> {
    let sub = claims.get("sub").and_then(Value::as_str);
    let sub = sub.ok_or(TokenFault::Subject)?;
    let parse = match subjects {
        Subjects::Platform => TokenSubject::parse,
        Subjects::Provider => TokenSubject::of_provider,
    };
    parse(issuer.unwrap_or_default(), sub).map_err(|invalid| match invalid {
        InvalidSubject::Issuer => TokenFault::IssuerText,
        InvalidSubject::Length | InvalidSubject::Control | InvalidSubject::Nil => {
            TokenFault::Subject
        }
    })
}

/// Reads an optional claim. Returns `None` if the claim is missing, and an error if it has the
/// wrong type.
fn optional<'a, T>(
    claims: &'a Map<String, Value>,
    claim: &str,
    read: impl Fn(&'a Value) -> Option<T>,
) -> Result<Option<T>, TokenFault> {
    claims
        .get(claim)
        .map(|value| read(value).ok_or(TokenFault::ClaimType))
        .transpose()
}

/// Parses a JWT NumericDate: seconds since 1970, with or without a fraction. `None` if the time is
/// outside the range of `DateTime`.
fn time(value: &Value) -> Option<DateTime<Utc>> {
    let seconds = value.as_i64().or_else(|| {
        value
            .as_f64()
            .filter(|seconds| seconds.abs() < 1e15)
            .map(|seconds| seconds as i64)
    })?;
    DateTime::from_timestamp(seconds, 0)
}

fn is_for(audience: Option<&Value>, wanted: &str) -> bool {
    match audience {
        Some(Value::String(one)) => one == wanted,
        Some(Value::Array(many)) => {
            many.iter().all(Value::is_string) && many.iter().any(|one| one == wanted)
        }
        _ => false,
    }
}

/// The display name. People may be able to choose it themselves, so no permission may depend on it.
fn name(claims: &Map<String, Value>) -> Option<String> {
    let metadata = claims.get("user_metadata");
    let places = [
        metadata.and_then(|m| m.get("full_name")),
        metadata.and_then(|m| m.get("name")),
        claims.get("name"),
    ];
    places
        .into_iter()
        .flatten()
        .find_map(|value| line(value, limits::NAME_CHARS_MAX))
}

/// A single line of text without control characters. Anything else counts as missing.
fn line(value: &Value, chars_max: usize) -> Option<String> {
    let text = value.as_str()?.trim();
    let fits = !text.is_empty()
        && text.chars().count() <= chars_max
        && !text.chars().any(char::is_control);
    fits.then(|| text.to_owned())
}
