//! Who a token speaks for. One key has one algorithm: the header chooses among the configured keys, it never brings one, and never
//! says how a key is used. Rights do not come from the token but from the database (`user_roles`).

mod claims;
mod jwks;
#[cfg(test)]
mod tests;

use chrono::{DateTime, Utc};
use helpline_core::ids::UserId;
use helpline_core::reject::{Reject, RejectCode};
use helpline_persistence::people::Identity;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde_json::{Map, Value, json};

use crate::config::{Auth, TokenSecret};
use claims::Expected;
use jwks::KeySet;

/// What a good token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedToken {
    /// For whom it speaks.
    pub identity: Identity,
    /// Until when.
    pub expires_at: DateTime<Utc>,
}

/// The keys that tokens are checked with, and what they must say.
pub struct Verifier {
    secrets: Vec<(TokenSecret, DecodingKey)>,
    key_set: Option<KeySet>,
    expected: Expected,
}

/// One public or shared key with the only algorithm that it may be used with.
#[derive(Clone)]
struct Key {
    algorithm: Algorithm,
    decoding: DecodingKey,
}

impl Verifier {
    /// Takes the checked settings; fetches nothing yet.
    pub fn new(auth: &Auth) -> Self {
        let secrets = auth
            .secrets
            .iter()
            .map(|secret| (secret.clone(), DecodingKey::from_secret(secret.bytes())))
            .collect();
        Self {
            secrets,
            key_set: auth.jwks_url.clone().map(KeySet::new),
            expected: Expected {
                issuer: auth.issuer.clone(),
                audience: auth.audience.clone(),
            },
        }
    }

    /// Checks a token: signature, then claims, at this moment.
    ///
    /// # Errors
    /// `token_expired` for one that was good, `unavailable` while the key set cannot be had, `not_authenticated` for all else; the
    /// message never says which check failed.
    pub async fn verify(&self, token: &str) -> Result<VerifiedToken, Reject> {
        let header = jsonwebtoken::decode_header(token).map_err(|_| refused())?;
        if header.crit.is_some() {
            return Err(refused());
        }
        let claims = match header.alg {
            Algorithm::HS256 => self.with_secret(token, header.kid.as_deref())?,
            Algorithm::RS256 | Algorithm::ES256 | Algorithm::EdDSA => {
                self.with_key_set(token, header.kid.as_deref(), header.alg)
                    .await?
            }
            _ => return Err(refused()),
        };
        claims::check(&claims, &self.expected, Utc::now())
    }

    /// A token with a `kid` is checked only with that secret, one without with the secrets that have no name (several while rotating).
    fn with_secret(&self, token: &str, kid: Option<&str>) -> Result<Map<String, Value>, Reject> {
        self.secrets
            .iter()
            .filter(|(secret, _)| secret.kid() == kid)
            .find_map(|(_, key)| signed_claims(token, key, Algorithm::HS256))
            .ok_or_else(refused)
    }

    async fn with_key_set(
        &self,
        token: &str,
        kid: Option<&str>,
        algorithm: Algorithm,
    ) -> Result<Map<String, Value>, Reject> {
        let (Some(key_set), Some(kid)) = (&self.key_set, kid) else {
            return Err(refused());
        };
        let key = key_set.key(kid).await?;
        if key.algorithm != algorithm {
            return Err(refused());
        }
        signed_claims(token, &key.decoding, key.algorithm).ok_or_else(refused)
    }
}

/// The claims that every token has, issued now; `exp` is in seconds since 1970.
pub fn claims_of(sub: UserId, audience: &str, exp: i64) -> Map<String, Value> {
    Map::from_iter([
        ("sub".to_owned(), json!(sub)),
        ("aud".to_owned(), json!(audience)),
        ("role".to_owned(), json!("authenticated")),
        ("exp".to_owned(), json!(exp)),
        ("iat".to_owned(), json!(Utc::now().timestamp())),
    ])
}

/// Signs a token: for the `token` command and the demo people.
///
/// # Errors
/// When the claims cannot be encoded.
pub fn sign(
    secret: &TokenSecret,
    claims: &Map<String, Value>,
) -> Result<String, jsonwebtoken::errors::Error> {
    let mut header = Header::new(Algorithm::HS256);
    header.kid = secret.kid().map(str::to_owned);
    jsonwebtoken::encode(&header, claims, &EncodingKey::from_secret(secret.bytes()))
}

/// The claims of a token whose signature holds under this key and algorithm. What they say is checked in [`claims`], by us: the
/// library passes over claims of a wrong type.
fn signed_claims(
    token: &str,
    key: &DecodingKey,
    algorithm: Algorithm,
) -> Option<Map<String, Value>> {
    let mut signature_only = Validation::new(algorithm);
    signature_only.required_spec_claims.clear();
    signature_only.validate_exp = false;
    signature_only.validate_aud = false;
    jsonwebtoken::decode(token, key, &signature_only)
        .ok()
        .map(|data| data.claims)
}

fn refused() -> Reject {
    Reject::new(RejectCode::NotAuthenticated, "a valid token is required")
}
