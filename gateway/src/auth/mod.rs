//! Determines which person a token identifies. Each key has one algorithm. The token's header
//! selects one of the configured keys, but never supplies a key and never decides how a key is
//! used. A person's rights come from the database (`user_roles`), not from the token.

mod claims;
mod desk_tokens;
mod fault;
mod file_links;
mod jwks;
pub mod purpose;
mod reach;
mod signature;
#[cfg(test)]
mod tests;
mod verified;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as URL_SAFE_NO_PAD;
use chrono::Utc;
use helpline_core::token_subject::TokenSubject;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header};
use serde_json::{Map, Value, json};
use tokio_util::sync::CancellationToken;

use crate::config::{Auth, TokenSecret};
use claims::{Expected, Subjects};
pub use desk_tokens::{DeskTokens, Session};
pub use fault::TokenFault;
pub use file_links::{FileLink, FileLinks};
use jwks::KeySet;
use purpose::Purpose;
use signature::signed_claims;
pub use verified::VerifiedToken;

/// The keys that verify tokens, and the claims that a token must have.
pub struct Verifier {
    secrets: Vec<(TokenSecret, DecodingKey)>,
    key_set: Option<KeySet>,
    desk_tokens: Option<DeskTokens>,
    expected: Expected,
}

impl Verifier {
    /// Takes validated settings. Does not fetch the identity provider's key set yet.
    pub fn new(auth: &Auth) -> Self {
        let secrets = auth
            .secrets
            .iter()
            .map(|secret| (secret.clone(), DecodingKey::from_secret(secret.bytes())))
            .collect();
        Self {
            secrets,
            key_set: auth
                .jwks_url
                .clone()
                .map(|url| KeySet::new(url, auth.jwks_ca.as_deref())),
            desk_tokens: DeskTokens::new(auth),
            expected: Expected {
                issuer: auth.issuer.clone(),
                audience: auth.audience.clone(),
                subjects: Subjects::Platform,
            },
        }
    }

    /// Fetches the key set periodically until the instance stops. The first sign-in then does not
    /// wait for a fetch, and a failure is logged before users notice it. Returns at once if no key
    /// set is configured.
    pub async fn follow_key_set(&self, stop: &CancellationToken) {
        if let Some(key_set) = &self.key_set {
            stop.run_until_cancelled(key_set.follow()).await;
        }
    }

    /// Fetches the key set now and returns its number of usable keys. `None` if no key set is
    /// configured.
    pub async fn fetched_keys(&self) -> Option<Result<usize, String>> {
        Some(self.key_set.as_ref()?.fetched().await)
    }

    /// Verifies a token's signature, and then its claims at the current time. Counts each refused
    /// token in a metric, by reason.
    ///
    /// # Errors
    /// The first fault found. Clients must see only its [`TokenFault::reject`].
    pub async fn verify(&self, token: &str) -> Result<VerifiedToken, TokenFault> {
        let verified = self.checked(token).await;
        if let Err(fault) = verified {
            metrics::counter!("helpline_tokens_refused_total", "reason" => fault.word())
                .increment(1);
        }
        verified
    }

    async fn checked(&self, token: &str) -> Result<VerifiedToken, TokenFault> {
        let header = jsonwebtoken::decode_header(token).map_err(|_| TokenFault::NotAToken)?;
        if header.crit.is_some() {
            return Err(TokenFault::Critical);
        }
        if header.kid.as_deref() == Some(Purpose::Desk.name()) {
            return self.of_the_desk(token, header.alg);
        }
        let claims = match header.alg {
            Algorithm::HS256 => self.with_secret(token, header.kid.as_deref())?,
            Algorithm::RS256 | Algorithm::ES256 | Algorithm::EdDSA => {
                self.with_key_set(token, header.kid.as_deref(), header.alg)
                    .await?
            }
            _ => return Err(TokenFault::Algorithm),
        };
        claims::check(&claims, &self.expected, Utc::now())
    }

    /// Verifies a desk token, which the desk signs for people who signed in through its OpenID
    /// provider. Only the key of desk tokens is tried, never a secret or key of the operator's own
    /// platform. The key of desk tokens verifies no other token.
    fn of_the_desk(&self, token: &str, algorithm: Algorithm) -> Result<VerifiedToken, TokenFault> {
        if algorithm != Algorithm::HS256 {
            return Err(TokenFault::Algorithm);
        }
        let desk_tokens = self.desk_tokens.as_ref().ok_or(TokenFault::NoSecretKey)?;
        let claims = desk_tokens.claims(token).ok_or(TokenFault::Signature)?;
        claims::check(&claims, &desk_tokens.expected, Utc::now())
    }

    /// Verifies an HS256 token of the operator's own platform. If a secret is configured for the
    /// token's `kid`, only that secret is tried. Otherwise every secret without a `kid` is tried
    /// (several during a rotation), because Supabase's tokens have a `kid` whose value Supabase
    /// does not document.
    fn with_secret(
        &self,
        token: &str,
        kid: Option<&str>,
    ) -> Result<Map<String, Value>, TokenFault> {
        let named = kid.filter(|kid| self.secrets.iter().any(|(one, _)| one.kid() == Some(kid)));
        let mut fitting = self
            .secrets
            .iter()
            .filter(|(secret, _)| secret.kid() == named)
            .peekable();
        if fitting.peek().is_none() {
            return Err(TokenFault::NoSecret);
        }
        fitting
            .find_map(|(_, key)| signed_claims(token, key, Algorithm::HS256))
            .ok_or(TokenFault::Signature)
    }

    async fn with_key_set(
        &self,
        token: &str,
        kid: Option<&str>,
        algorithm: Algorithm,
    ) -> Result<Map<String, Value>, TokenFault> {
        let key_set = self.key_set.as_ref().ok_or(TokenFault::NoKeySet)?;
        let key = key_set.key(kid.ok_or(TokenFault::NoKid)?).await?;
        if key.algorithm != algorithm {
            return Err(TokenFault::OtherAlgorithm);
        }
        signed_claims(token, &key.decoding, key.algorithm).ok_or(TokenFault::Signature)
    }
}

/// Decodes a token's header and claims without verifying them, to show them to an operator.
pub fn parts_of(token: &str) -> (Option<Value>, Option<Value>) {
    let mut parts = token.split('.').map(|part| {
        let bytes = URL_SAFE_NO_PAD.decode(part).ok()?;
        serde_json::from_slice(&bytes).ok()
    });
    (parts.next().flatten(), parts.next().flatten())
}

/// The claims that every token must have, plus `iat` (the current time). `exp` is in seconds since
/// 1970.
pub fn claims_of(sub: &TokenSubject, audience: &str, exp: i64) -> Map<String, Value> {
    Map::from_iter([
        ("sub".to_owned(), json!(sub.to_string())),
        ("aud".to_owned(), json!(audience)),
        ("role".to_owned(), json!("authenticated")),
        ("exp".to_owned(), json!(exp)),
        ("iat".to_owned(), json!(Utc::now().timestamp())),
    ])
}

/// Signs a token, for the `token` command and for the demo people of `helpline dev`.
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
