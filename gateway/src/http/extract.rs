//! Extractors for the parameters of a request's path and for its headers. Each extractor has its
//! own refusal. [`super::input`] extracts the query and the body, and [`super::current_user`] the
//! person and the ticket.

use axum::extract::{FromRequestParts, Path};
use axum::http::header;
use axum::http::request::Parts;
use helpline_core::ids::{
    InvalidKey, Key, LegalHoldId, MessageId, RetentionRunId, SavedReplyId, Seq, UploadId, UserId,
};
use helpline_core::reject::RejectCode;
use helpline_persistence::{IfMatch, settings};

use super::problem::Refusal;

/// The message id in the path, such as `/v1/tickets/{ticket}/messages/{message}`.
pub(super) struct MessagePath(pub(super) MessageId);

/// The event number in the path, such as `/v1/tickets/{ticket}/activity/{seq}`.
pub(super) struct EventPath(pub(super) Seq);

/// The person's id in the path.
pub(super) struct UserPath(pub(super) UserId);

/// The saved reply's id in the path.
pub(super) struct ReplyPath(pub(super) SavedReplyId);

/// The id of an upload or attachment in the path.
pub(super) struct UploadPath(pub(super) UploadId);

/// The retention run's id in the path.
pub(super) struct RunPath(pub(super) RetentionRunId);

/// The legal hold's id in the path.
pub(super) struct HoldPath(pub(super) LegalHoldId);

/// The name of a consumer or schedule in the path.
pub(super) struct NamePath(pub(super) String);

/// The timer's id in the path.
pub(super) struct TimerPath(pub(super) i64);

/// The setting's name in the path.
pub(super) struct SettingPath(pub(super) settings::Name);

impl<S: Send + Sync> FromRequestParts<S> for MessagePath {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        name(parts, state, 1, |text| text.parse().ok(), "no such message")
            .await
            .map(Self)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for EventPath {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let parse = |text: &str| text.parse().ok().map(Seq::new);
        name(parts, state, 1, parse, "no such event")
            .await
            .map(Self)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for UserPath {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        name(parts, state, 0, |text| text.parse().ok(), "no such person")
            .await
            .map(Self)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for ReplyPath {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        name(
            parts,
            state,
            0,
            |text| text.parse().ok(),
            "no such saved reply",
        )
        .await
        .map(Self)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for UploadPath {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        name(parts, state, 0, |text| text.parse().ok(), "no such file")
            .await
            .map(Self)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for RunPath {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        name(parts, state, 0, |text| text.parse().ok(), "no such run")
            .await
            .map(Self)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for HoldPath {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        name(parts, state, 0, |text| text.parse().ok(), "no such hold")
            .await
            .map(Self)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for NamePath {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let is_letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        let parse = |text: &str| text.chars().all(is_letter).then(|| text.to_owned());
        name(parts, state, 0, parse, "no such name").await.map(Self)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for TimerPath {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let parse = |text: &str| text.parse().ok();
        name(parts, state, 0, parse, "no such held timer")
            .await
            .map(Self)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for SettingPath {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let parse = |text: &str| {
            settings::Name::ALL
                .iter()
                .copied()
                .find(|name| name.as_str() == text)
        };
        name(parts, state, 0, parse, "no such setting")
            .await
            .map(Self)
    }
}

/// Parses the `n`th parameter of the path, counted from 0. If parsing fails, returns a `not_found`
/// refusal with the message `missing`.
async fn name<S: Send + Sync, T>(
    parts: &mut Parts,
    state: &S,
    n: usize,
    parse: impl Fn(&str) -> Option<T>,
    missing: &'static str,
) -> Result<T, Refusal> {
    let names = Path::<Vec<(String, String)>>::from_request_parts(parts, state).await;
    let Path(names) = names.map_err(|_| Refusal::new(RejectCode::NotFound, "no such address"))?;
    names
        .get(n)
        .and_then(|(_, text)| parse(text))
        .ok_or_else(|| Refusal::new(RejectCode::NotFound, missing))
}

/// The header `Idempotency-Key`. If the server has already carried out a request with this key, it
/// treats the new request as a retry.
pub(super) struct IdempotencyKey(pub(super) Key);

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        let mut values = parts.headers.get_all("idempotency-key").iter();
        let value = values
            .next()
            .ok_or_else(|| Refusal::field("Idempotency-Key", "this header is required"))?;
        if values.next().is_some() {
            return Err(Refusal::field("Idempotency-Key", "given twice"));
        }
        let text = value
            .to_str()
            .map_err(|_| Refusal::field("Idempotency-Key", InvalidKey))?;
        Key::parse(text)
            .map(Self)
            .map_err(|error| Refusal::field("Idempotency-Key", error))
    }
}

/// The header `If-Match`, a list of entity tags. The handler changes the object only if its current
/// entity tag is in the list. Without the header, the object is changed in any case.
pub(super) struct Expected(pub(super) IfMatch);

impl<S: Send + Sync> FromRequestParts<S> for Expected {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        let lines = parts.headers.get_all(header::IF_MATCH);
        if lines.iter().next().is_none() {
            return Ok(Self(IfMatch::default()));
        }
        let tags = lines
            .iter()
            .flat_map(|line| line.to_str().unwrap_or_default().split(','))
            .map(|tag| tag.trim().to_owned());
        let tags: Vec<String> = tags.collect();
        if !tags.iter().all(|tag| tag == "*" || is_entity_tag(tag)) {
            let why = "must be entity tags in quotes, or *";
            return Err(Refusal::field("If-Match", why));
        }
        Ok(Self(IfMatch::one_of(tags)))
    }
}

fn is_entity_tag(text: &str) -> bool {
    let strong = text.strip_prefix("W/").unwrap_or(text);
    strong.len() > 1 && strong.starts_with('"') && strong.ends_with('"')
}
