//! Desk tokens: what a person who has signed in by the provider shows to REST and sockets, as others show their platform's tokens.

use chrono::{DateTime, TimeDelta, Utc};
use helpline_core::limits;
use jsonwebtoken::{Algorithm, EncodingKey};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::claims::Expected;
use super::purpose::{Purpose, PurposeKeys};
use crate::config::Auth;

/// Who has signed in, until when: what the session's cookie says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// The provider.
    pub iss: String,
    /// The person there.
    pub sub: String,
    /// Their display name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Their address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// When the session ends, in seconds since 1970: a desk token does not outlive it.
    pub ends: i64,
}

/// Signs and checks desk tokens.
pub struct DeskTokens {
    keys: PurposeKeys,
    /// The provider is the platform's: its subjects are the platform's UUIDs.
    shares_people: bool,
    /// What they must say.
    pub(super) expected: Expected,
}

impl DeskTokens {
    /// Those of the desk's own sign-in, where there is one.
    pub fn new(auth: &Auth) -> Option<Self> {
        let oidc = auth.oidc.as_ref()?;
        Some(Self {
            keys: PurposeKeys::new(&oidc.secret_keys, Purpose::Desk),
            shares_people: auth.issuer.as_deref() == Some(oidc.issuer.as_str()),
            expected: Expected {
                issuer: Some(oidc.issuer.as_str().to_owned()),
                audience: Purpose::Desk.name().to_owned(),
            },
        })
    }

    /// A token for the session's person, good for some minutes, and no longer than the session.
    ///
    /// # Errors
    /// When it cannot be encoded.
    pub fn sign(
        &self,
        session: &Session,
        now: DateTime<Utc>,
    ) -> Result<String, jsonwebtoken::errors::Error> {
        let life = TimeDelta::milliseconds(limits::DESK_TOKEN_MS as i64);
        let ends = DateTime::from_timestamp(session.ends, 0).unwrap_or(now);
        let claims = json!({
            "iss": session.iss,
            "sub": session.sub,
            "name": session.name,
            "email": session.email,
            "iat": now.timestamp(),
        });
        self.keys.sign(&claims, (now + life).min(ends))
    }

    /// The person whom the provider calls so: always the same one.
    pub(super) fn person(&self, subject: &str) -> Uuid {
        if self.shares_people
            && let Ok(person) = subject.parse()
        {
            return person;
        }
        let issuer = self.expected.issuer.as_deref().unwrap_or_default();
        let key = EncodingKey::from_secret(issuer.as_bytes());
        let text = jsonwebtoken::crypto::sign(subject.as_bytes(), &key, Algorithm::HS256)
            .expect("HS256 signs with any key");
        let bytes: Vec<u8> = text.bytes().cycle().take(16).collect();
        uuid::Builder::from_custom_bytes(bytes.try_into().expect("16 of them")).into_uuid()
    }

    /// The claims of a token that the desk signed.
    pub(super) fn claims(&self, token: &str) -> Option<Map<String, Value>> {
        self.keys.claims(token)
    }
}
