//! The identity provider's public keys, fetched only from the configured address and stored by
//! `kid`.
//!
//! A known key needs no request. An unknown `kid` causes at most one fetch per
//! [`limits::JWKS_REFETCH_MS`], and tokens that arrive during the fetch wait for it. If the address
//! does not respond, known keys stay valid for [`limits::JWKS_STALE_MS`].

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::http::Request;
use helpline_core::limits;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use parking_lot::Mutex;
use serde::Deserialize;
use tokio::sync::OwnedMutexGuard;

use super::fault::TokenFault;
use super::reach::Reach;
use super::verified::Key;
use crate::config::JwksUrl;
use crate::integrations::outgoing::{HttpClient, OutgoingFault, Trust};

/// The key set (JWKS) that one URL serves.
pub struct KeySet {
    url: JwksUrl,
    client: HttpClient,
    known: Arc<Mutex<Known>>,
    reach: Arc<Reach>,
    /// Locked during a fetch. A task that had to wait for the lock looks its key up again instead
    /// of fetching.
    fetching: Arc<tokio::sync::Mutex<()>>,
}

#[derive(Default)]
struct Known {
    keys: HashMap<String, Key>,
    fetched_at: Option<Instant>,
    tried_at: Option<Instant>,
}

/// The result of looking up a `kid` among the known keys, without a request.
enum KeyLookup {
    /// A valid key from the cached key set.
    Fresh(Key),
    /// A valid key that is old enough to be fetched again.
    Aging(Key),
    /// The cached key set has no valid key with this `kid`.
    Unknown,
}

impl KeySet {
    /// Makes an empty key set for this URL. Requests will trust the certificate authorities of the
    /// machine and those in `authorities` (PEM).
    pub fn new(url: JwksUrl, authorities: Option<&[u8]>) -> Self {
        let client = HttpClient::new(
            Trust::Operator,
            authorities,
            limits::JWKS_TIMEOUT_MS,
            limits::JWKS_BYTES_MAX,
        );
        Self {
            url,
            client,
            known: Arc::default(),
            reach: Arc::default(),
            fetching: Arc::default(),
        }
    }

    /// Makes the key set look old enough to be fetched again.
    #[cfg(test)]
    pub(super) fn age(&self) {
        let mut known = self.known.lock();
        let age = Duration::from_millis(limits::JWKS_REFRESH_MS + 1);
        known.fetched_at = known.fetched_at.and_then(|at| at.checked_sub(age));
        known.tried_at = None;
    }

    /// Returns the key with this `kid`, after a fetch if necessary.
    ///
    /// # Errors
    /// [`TokenFault::UnknownKey`] if the key set has no such key, [`TokenFault::KeySetUnavailable`]
    /// if it could not be fetched.
    pub async fn key(&self, kid: &str) -> Result<Key, TokenFault> {
        match self.lookup(kid, Instant::now()) {
            KeyLookup::Fresh(key) => return Ok(key),
            KeyLookup::Aging(key) => {
                // Only one caller fetches the key set. Other callers do not wait, because the key
                // is still valid.
                let Ok(turn) = Arc::clone(&self.fetching).try_lock_owned() else {
                    return Ok(key);
                };
                self.refresh(turn).await;
            }
            KeyLookup::Unknown => {
                let turn = Arc::clone(&self.fetching).lock_owned().await;
                if matches!(self.lookup(kid, Instant::now()), KeyLookup::Unknown) {
                    self.refresh(turn).await;
                }
            }
        }
        match self.lookup(kid, Instant::now()) {
            KeyLookup::Fresh(key) | KeyLookup::Aging(key) => Ok(key),
            KeyLookup::Unknown if self.known.lock().last_try_failed() => {
                Err(TokenFault::KeySetUnavailable)
            }
            KeyLookup::Unknown => Err(TokenFault::UnknownKey),
        }
    }

    /// Fetches the key set in an endless loop: every [`limits::JWKS_REFRESH_MS`], and every
    /// [`limits::JWKS_REFETCH_MS`] after a failure.
    pub(super) async fn follow(&self) {
        loop {
            let turn = Arc::clone(&self.fetching).lock_owned().await;
            self.refresh(turn).await;
            let pause_ms = if self.known.lock().last_try_failed() {
                limits::JWKS_REFETCH_MS
            } else {
                limits::JWKS_REFRESH_MS
            };
            tokio::time::sleep(Duration::from_millis(pause_ms)).await;
        }
    }

    /// Fetches the key set now. Returns the number of usable keys, or why there are none.
    pub async fn fetched(&self) -> Result<usize, String> {
        let (client, url) = (self.client.clone(), self.url.clone());
        let fetched = tokio::task::spawn_blocking(move || fetch(&client, &url)).await;
        fetched
            .unwrap_or_else(|_| Err(FetchError::Cancelled))
            .map(|keys| keys.len())
            .map_err(|error| crate::runtime::errors::chain(&error))
    }

    fn lookup(&self, kid: &str, now: Instant) -> KeyLookup {
        let known = self.known.lock();
        let Some((key, fetched_at)) = known.keys.get(kid).zip(known.fetched_at) else {
            return KeyLookup::Unknown;
        };
        let age_ms = now.saturating_duration_since(fetched_at).as_millis();
        if age_ms > u128::from(limits::JWKS_STALE_MS) {
            KeyLookup::Unknown
        } else if age_ms > u128::from(limits::JWKS_REFRESH_MS) && known.may_try(now) {
            KeyLookup::Aging(key.clone())
        } else {
            KeyLookup::Fresh(key.clone())
        }
    }

    /// Fetches the key set, unless a fetch started less than [`limits::JWKS_REFETCH_MS`] ago.
    /// `turn` is the held `fetching` lock. The response is stored even if the calling task is
    /// dropped.
    async fn refresh(&self, turn: OwnedMutexGuard<()>) {
        let now = Instant::now();
        {
            let mut known = self.known.lock();
            if !known.may_try(now) {
                return;
            }
            known.tried_at = Some(now);
        }
        let (client, url) = (self.client.clone(), self.url.clone());
        let (known, reach) = (Arc::clone(&self.known), Arc::clone(&self.reach));
        let fetching = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            let fetched = fetch(&client, &url);
            keep(&known, &reach, fetched);
        });
        if fetching.await.is_err() {
            keep(&self.known, &self.reach, Err(FetchError::Cancelled));
        }
    }
}

fn keep(known: &Mutex<Known>, reach: &Reach, fetched: Result<HashMap<String, Key>, FetchError>) {
    match fetched {
        Ok(keys) => {
            reach.fetched(keys.len());
            let mut known = known.lock();
            known.keys = keys;
            // The age of the keys counts from the response, not from the start of the request.
            known.fetched_at = Some(Instant::now());
        }
        Err(error) => {
            metrics::counter!("helpline_jwks_failures_total").increment(1);
            reach.failed(crate::runtime::errors::chain(&error));
        }
    }
}

impl Known {
    fn may_try(&self, now: Instant) -> bool {
        self.tried_at.is_none_or(|tried| {
            now.saturating_duration_since(tried).as_millis() >= u128::from(limits::JWKS_REFETCH_MS)
        })
    }

    fn last_try_failed(&self) -> bool {
        self.fetched_at
            .is_none_or(|fetched| self.tried_at.is_some_and(|tried| tried > fetched))
    }
}

/// Why a fetched key set was not accepted.
#[derive(Debug, thiserror::Error)]
enum FetchError {
    #[error("asking for the key set")]
    Http(#[source] OutgoingFault),
    #[error("the key set's address cannot be asked")]
    Address(#[source] axum::http::Error),
    #[error("the key set's address answered {0}")]
    Status(u16),
    #[error("reading the key set")]
    Json(#[source] serde_json::Error),
    #[error("the key set has no usable key")]
    Empty,
    #[error("the fetch was cancelled")]
    Cancelled,
}

fn fetch(client: &HttpClient, url: &JwksUrl) -> Result<HashMap<String, Key>, FetchError> {
    let request = Request::get(url.as_str())
        .body(Vec::new())
        .map_err(FetchError::Address)?;
    let response = client.call(request).map_err(FetchError::Http)?;
    if response.status() != 200 {
        return Err(FetchError::Status(response.status().as_u16()));
    }
    let keys = parse(response.body())?;
    // An empty key set is usually a fault of the identity provider's server. It counts as an
    // outage, so that the known keys stay valid.
    if keys.is_empty() {
        return Err(FetchError::Empty);
    }
    Ok(keys)
}

#[derive(Deserialize)]
struct Document {
    keys: Vec<serde_json::Value>,
}

/// Returns the usable keys of a key set. Unusable keys are skipped, so that one unusual key does
/// not invalidate the whole set.
fn parse(document: &[u8]) -> Result<HashMap<String, Key>, FetchError> {
    let document: Document = serde_json::from_slice(document).map_err(FetchError::Json)?;
    Ok(document.keys.into_iter().filter_map(usable).collect())
}

/// Accepts a public signing key that has a `kid` and belongs to RS256, ES256 or EdDSA. The type of
/// the key determines the algorithm. A key that names a different algorithm is refused.
fn usable(key: serde_json::Value) -> Option<(String, Key)> {
    let jwk: Jwk = serde_json::from_value(key).ok()?;
    let kid = jwk.common.key_id.clone().filter(|kid| !kid.is_empty())?;
    let (algorithm, named) = match &jwk.algorithm {
        AlgorithmParameters::RSA(_) => (Algorithm::RS256, KeyAlgorithm::RS256),
        AlgorithmParameters::EllipticCurve(key) if key.curve == EllipticCurve::P256 => {
            (Algorithm::ES256, KeyAlgorithm::ES256)
        }
        AlgorithmParameters::OctetKeyPair(key) if key.curve == EllipticCurve::Ed25519 => {
            (Algorithm::EdDSA, KeyAlgorithm::EdDSA)
        }
        _ => return None,
    };
    let agrees = jwk.common.key_algorithm.is_none_or(|alg| alg == named);
    let signs = jwk
        .common
        .public_key_use
        .as_ref()
        .is_none_or(|usage| *usage == PublicKeyUse::Signature);
    let decoding = DecodingKey::from_jwk(&jwk).ok()?;
    (agrees && signs).then_some((
        kid,
        Key {
            algorithm,
            decoding,
        },
    ))
}
