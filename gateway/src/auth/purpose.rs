//! Signs the desk's own tokens and cookies with keys derived from `--secret-key`. Each purpose has
//! its own key, so that a signature for one purpose is invalid for any other. The secret itself
//! signs nothing.

use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::signature::signed_claims;
use crate::config::Hidden;

/// The purpose of a signature. The name of the purpose is the `kid` and the `aud` of the token, and
/// an input of the key derivation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A desk token, which pages use for REST and sockets.
    Desk,
    /// A sign-in session: the cookie that identifies the person who signed in.
    Session,
    /// A sign-in in progress: a cookie that is valid for a few minutes.
    SignIn,
    /// A link with which one person downloads one file.
    File,
}

impl Purpose {
    /// The purpose's name. All names begin with `helpline-`, and `--jwt-secret-for-kid` refuses a
    /// `kid` with this prefix.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Desk => "helpline-desk",
            Self::Session => "helpline-session",
            Self::SignIn => "helpline-sign-in",
            Self::File => "helpline-file",
        }
    }
}

/// The keys of one purpose. The first key signs; every key verifies.
pub struct PurposeKeys {
    purpose: Purpose,
    keys: Vec<(EncodingKey, DecodingKey)>,
}

/// The claims of a token, plus `aud` and `exp`.
#[derive(Serialize)]
struct WithPurpose<'a, T> {
    aud: &'static str,
    exp: i64,
    #[serde(flatten)]
    claims: &'a T,
}

impl PurposeKeys {
    /// Derives the keys for this purpose from these secrets.
    pub fn new(secrets: &[Hidden], purpose: Purpose) -> Self {
        let keys = secrets
            .iter()
            .map(|secret| {
                let derived = derived(secret, purpose);
                (
                    EncodingKey::from_secret(derived.as_bytes()),
                    DecodingKey::from_secret(derived.as_bytes()),
                )
            })
            .collect();
        Self { purpose, keys }
    }

    /// Signs claims that are valid until `end`.
    ///
    /// # Errors
    /// When the claims cannot be encoded.
    pub fn sign<T: Serialize>(
        &self,
        claims: &T,
        end: DateTime<Utc>,
    ) -> Result<String, jsonwebtoken::errors::Error> {
        let mut header = Header::new(Algorithm::HS256);
        header.kid = Some(self.purpose.name().to_owned());
        let claims = WithPurpose {
            aud: self.purpose.name(),
            exp: end.timestamp(),
            claims,
        };
        let (key, _) = self.keys.first().expect("settings have at least one");
        jsonwebtoken::encode(&header, &claims, key)
    }

    /// Returns the claims if one of the keys signed the token for this purpose and it has not
    /// expired.
    pub fn open<T: DeserializeOwned>(&self, token: &str, now: DateTime<Utc>) -> Option<T> {
        let header = jsonwebtoken::decode_header(token).ok()?;
        if header.alg != Algorithm::HS256 || header.kid.as_deref() != Some(self.purpose.name()) {
            return None;
        }
        let claims = self.claims(token)?;
        let is_for = claims.get("aud").and_then(Value::as_str) == Some(self.purpose.name());
        let goes_on = claims.get("exp").and_then(Value::as_i64)? > now.timestamp();
        (is_for && goes_on).then(|| serde_json::from_value(Value::Object(claims)).ok())?
    }

    /// The claims of a token that one of the keys signed. Purpose and expiry are not checked.
    pub(super) fn claims(&self, token: &str) -> Option<Map<String, Value>> {
        self.keys
            .iter()
            .find_map(|(_, key)| signed_claims(token, key, Algorithm::HS256))
    }
}

/// HMAC-SHA256 of the purpose, keyed with the secret. The result has 256 bits, and reveals neither
/// the secret nor the keys of other purposes.
fn derived(secret: &Hidden, purpose: Purpose) -> String {
    let key = EncodingKey::from_secret(secret.expose().as_bytes());
    jsonwebtoken::crypto::sign(purpose.name().as_bytes(), &key, Algorithm::HS256)
        .expect("HS256 signs with any key")
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use serde_json::json;

    use super::*;

    fn secret(n: u8) -> Hidden {
        Hidden::from(format!("{n:032}"))
    }

    fn keys(secrets: &[u8], purpose: Purpose) -> PurposeKeys {
        let secrets: Vec<_> = secrets.iter().map(|n| secret(*n)).collect();
        PurposeKeys::new(&secrets, purpose)
    }

    #[test]
    fn what_was_signed_for_one_purpose_is_good_for_no_other() {
        let (now, end) = (Utc::now(), Utc::now() + TimeDelta::minutes(1));
        let all = [
            Purpose::Desk,
            Purpose::Session,
            Purpose::SignIn,
            Purpose::File,
        ];
        for signed_for in all {
            let token = keys(&[1], signed_for)
                .sign(&json!({"a": 1}), end)
                .expect("signs");
            for opened_for in all {
                let opened: Option<Value> = keys(&[1], opened_for).open(&token, now);
                assert_eq!(opened.is_some(), signed_for == opened_for);
            }
        }
    }

    #[test]
    fn it_ends_and_outlives_its_secret_by_a_rotation() {
        let (now, end) = (Utc::now(), Utc::now() + TimeDelta::minutes(1));
        let token = keys(&[1], Purpose::Session)
            .sign(&json!({}), end)
            .expect("signs");
        let open = |secrets: &[u8], at| {
            keys(secrets, Purpose::Session)
                .open::<Value>(&token, at)
                .is_some()
        };
        assert!(open(&[1], now) && open(&[2, 1], now));
        assert!(!open(&[2], now) && !open(&[1], end));
    }

    #[test]
    fn the_secret_itself_signs_nothing() {
        let end = Utc::now() + TimeDelta::minutes(1);
        let mut header = Header::new(Algorithm::HS256);
        header.kid = Some(Purpose::Session.name().to_owned());
        let claims = json!({"aud": Purpose::Session.name(), "exp": end.timestamp()});
        let key = EncodingKey::from_secret(secret(1).expose().as_bytes());
        let forged = jsonwebtoken::encode(&header, &claims, &key).expect("signs");
        let opened: Option<Value> = keys(&[1], Purpose::Session).open(&forged, Utc::now());
        assert_eq!(opened, None);
    }
}
