//! Desk tokens: what a person who has signed in by the provider shows to REST and sockets, as others show their platform's tokens.

use chrono::{DateTime, TimeDelta, Utc};
use helpline_core::limits;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::claims::{Expected, Subjects};
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
    /// What they must say.
    pub(super) expected: Expected,
}

impl DeskTokens {
    /// Those of the desk's own sign-in, where there is one.
    pub fn new(auth: &Auth) -> Option<Self> {
        let oidc = auth.oidc.as_ref()?;
        Some(Self {
            keys: PurposeKeys::new(&oidc.secret_keys, Purpose::Desk),
            expected: Expected {
                issuer: Some(oidc.issuer.as_str().to_owned()),
                audience: Purpose::Desk.name().to_owned(),
                // The platform's own provider calls people as the platform's tokens do.
                subjects: if auth.issuer.as_deref() == Some(oidc.issuer.as_str()) {
                    Subjects::Platform
                } else {
                    Subjects::Provider
                },
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

    /// The claims of a token that the desk signed.
    pub(super) fn claims(&self, token: &str) -> Option<Map<String, Value>> {
        self.keys.claims(token)
    }
}
