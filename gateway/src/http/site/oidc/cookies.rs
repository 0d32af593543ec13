//! The cookies of a sign-in. Scripts cannot read them (`HttpOnly`). Requests from other sites do
//! not include them, except when a person follows a link (`SameSite=Lax`). Over https, the
//! `__Host-` prefix prevents other hosts from setting them.

use axum::http::{HeaderMap, HeaderValue, header};
use chrono::{DateTime, TimeDelta, Utc};
use helpline_core::limits;
use serde::{Deserialize, Serialize};

use super::own_sign_in::OwnSignIn;
use super::return_path::ReturnPath;
use crate::auth::Session;
use crate::auth::purpose::PurposeKeys;

const SESSION: &str = "helpline_session";
const SIGN_IN: &str = "helpline_sign_in_";
/// How many characters of `state` are part of a cookie's name. The name distinguishes concurrent
/// sign-ins of one browser.
const NAME_CHARS: usize = 16;

/// An unfinished sign-in, as it is stored in its cookie.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct BegunSignIn {
    /// The `state` parameter that the provider must return.
    pub(super) state: String,
    /// The nonce that the ID token must contain.
    pub(super) nonce: String,
    /// The PKCE verifier. Without it, the authorization code cannot be exchanged.
    pub(super) verifier: String,
    /// The page to which the browser returns after the sign-in.
    #[serde(rename = "return")]
    pub(super) return_path: ReturnPath,
    /// When the sign-in started, in milliseconds since 1970.
    pub(super) at_ms: i64,
}

impl OwnSignIn {
    fn is_https(&self) -> bool {
        self.public.as_str().starts_with("https://")
    }

    fn cookie_name(&self, name: &str) -> String {
        let prefix = if self.is_https() { "__Host-" } else { "" };
        format!("{prefix}{name}")
    }

    /// Builds a `Set-Cookie` header. Without a value, the header deletes the cookie.
    fn cookie(&self, name: &str, value: Option<&str>, life_s: u64) -> HeaderValue {
        let secure = if self.is_https() { "; Secure" } else { "" };
        let (value, life_s) = value.map_or(("", 0), |value| (value, life_s));
        let text =
            format!("{name}={value}; Path=/; Max-Age={life_s}; HttpOnly; SameSite=Lax{secure}");
        HeaderValue::from_str(&text).expect("names and signed values are plain ASCII")
    }

    /// Returns the `Set-Cookie` headers that store a new sign-in. If the browser has too many
    /// unfinished sign-ins, the headers also delete the oldest of them.
    pub(super) fn remember(
        &self,
        begun: &BegunSignIn,
        asked: &HeaderMap,
    ) -> Result<Vec<HeaderValue>, jsonwebtoken::errors::Error> {
        let life = TimeDelta::milliseconds(limits::SIGN_IN_MS as i64);
        let value = self.begun.sign(begun, Utc::now() + life)?;
        let name = self.sign_in_name(&begun.state);
        let mut cookies = vec![self.cookie(&name, Some(&value), limits::SIGN_IN_MS / 1_000)];
        let prefix = self.cookie_name(SIGN_IN);
        let mut others: Vec<_> = cookies_of(asked)
            .filter(|(name, _)| name.starts_with(&prefix) && is_plain(name))
            .map(|(name, value)| {
                let known: Option<BegunSignIn> = self.begun.open(value, Utc::now());
                // A cookie that cannot be decoded counts as the oldest.
                (known.map_or(0, |known| known.at_ms), name)
            })
            .collect();
        others.sort_unstable();
        let too_many = (others.len() + 1).saturating_sub(limits::SIGN_INS_AT_ONCE_MAX);
        let forgotten = others.iter().take(too_many);
        cookies.extend(forgotten.map(|(_, name)| self.cookie(name, None, 0)));
        Ok(cookies)
    }

    /// Returns the sign-in that this browser started with this `state`, if it has not expired.
    pub(super) fn remembered(&self, state: &str, asked: &HeaderMap) -> Option<BegunSignIn> {
        let name = self.sign_in_name(state);
        let begun: BegunSignIn = opened(&self.begun, asked, &name)?;
        (begun.state == state).then_some(begun)
    }

    /// Returns the `Set-Cookie` header that deletes the cookie of the sign-in with this `state`.
    pub(super) fn forget(&self, state: &str) -> HeaderValue {
        self.cookie(&self.sign_in_name(state), None, 0)
    }

    /// Returns the `Set-Cookie` header that stores the person's sign-in session in the browser.
    pub(super) fn session_cookie(
        &self,
        session: &Session,
        ends: DateTime<Utc>,
    ) -> Result<HeaderValue, jsonwebtoken::errors::Error> {
        let value = self.sessions.sign(session, ends)?;
        let life_s = u64::from(self.session_hours) * 60 * 60;
        Ok(self.cookie(&self.cookie_name(SESSION), Some(&value), life_s))
    }

    /// Returns the person's sign-in session from the browser's cookie, if it is valid.
    pub(super) fn session(&self, asked: &HeaderMap) -> Option<Session> {
        opened(&self.sessions, asked, &self.cookie_name(SESSION))
    }

    /// Returns the `Set-Cookie` header that deletes the session cookie.
    pub(super) fn no_session(&self) -> HeaderValue {
        self.cookie(&self.cookie_name(SESSION), None, 0)
    }

    fn sign_in_name(&self, state: &str) -> String {
        let id: String = state
            .chars()
            .filter(|c| is_name(*c))
            .take(NAME_CHARS)
            .collect();
        self.cookie_name(&format!("{SIGN_IN}{id}"))
    }
}

fn opened<T: serde::de::DeserializeOwned>(
    keys: &PurposeKeys,
    asked: &HeaderMap,
    name: &str,
) -> Option<T> {
    cookies_of(asked)
        .filter(|(one, _)| *one == name)
        .find_map(|(_, value)| keys.open(value, Utc::now()))
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-_".contains(c)
}

fn is_plain(name: &str) -> bool {
    name.chars().all(is_name)
}

/// Returns the names and values of all cookies in a request.
fn cookies_of(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
}
