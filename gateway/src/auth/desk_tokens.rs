//! Desk tokens: tokens that the desk signs for people who signed in through its own OpenID
//! provider. REST and sockets accept desk tokens just as they accept the tokens of the operator's
//! own platform.

use chrono::{DateTime, TimeDelta, Utc};
use helpline_core::limits;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::claims::{Expected, Subjects};
use super::purpose::{Purpose, PurposeKeys};
use crate::config::Auth;

/// The person who signed in, and when the session ends. Stored in the session cookie.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// The provider's issuer URL.
    pub iss: String,
    /// The person's `sub` claim at the provider in `iss`.
    pub sub: String,
    /// The display name, if the provider returned one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The e-mail address, if the provider returned one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// End of the sign-in session, in seconds since 1970. No desk token is valid beyond it.
    pub ends: i64,
}

/// Signs and verifies desk tokens.
pub struct DeskTokens {
    keys: PurposeKeys,
    /// The claims that a desk token must have.
    pub(super) expected: Expected,
}

impl DeskTokens {
    /// Derives the keys of desk tokens from the settings. Returns `None` if no OpenID provider is
    /// configured, because the desk then signs no tokens.
    pub fn new(auth: &Auth) -> Option<Self> {
        let oidc = auth.oidc.as_ref()?;
        Some(Self {
            keys: PurposeKeys::new(&oidc.secret_keys, Purpose::Desk),
            expected: Expected {
                issuer: Some(oidc.issuer.as_str().to_owned()),
                audience: Purpose::Desk.name().to_owned(),
                // If the OpenID provider also issues the tokens of the operator's own platform, a
                // person has the same `sub` in desk tokens and in the embedding site's tokens.
                subjects: if auth.issuer.as_deref() == Some(oidc.issuer.as_str()) {
                    Subjects::Platform
                } else {
                    Subjects::Provider
                },
            },
        })
    }

    /// Signs a token for the person of a sign-in session. It is valid for
    /// [`limits::DESK_TOKEN_MS`], but not beyond the end of the session.
    ///
    /// # Errors
    /// When the token cannot be encoded.
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

    /// Returns the claims of a token that the desk signed. Does not check the claims, such as the
    /// expiry.
    pub(super) fn claims(&self, token: &str) -> Option<Map<String, Value>> {
        self.keys.claims(token)
    }
}
