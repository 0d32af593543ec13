//! What is known of the provider, for as long as it may be used.

use std::sync::Arc;
use std::time::{Duration, Instant};

use helpline_core::limits;
use openidconnect::ProviderMetadataWithLogout;
use parking_lot::Mutex;

use super::fault::OidcFault;
use crate::runtime::errors::chain;

/// The provider's addresses and keys.
#[derive(Default)]
pub(super) struct Kept {
    known: Mutex<Known>,
    /// Held while the provider is asked: its owner asks, the others wait and look again.
    asking: tokio::sync::Mutex<()>,
    /// Since when it does not answer.
    away_since: Mutex<Option<Instant>>,
}

#[derive(Default)]
struct Known {
    metadata: Option<(Arc<ProviderMetadataWithLogout>, Instant)>,
    tried_at: Option<Instant>,
}

/// What is known without a request.
enum Lookup {
    /// May be used as it is.
    Fresh(Arc<ProviderMetadataWithLogout>),
    /// May be used, but is old enough to be asked for again.
    Aging(Arc<ProviderMetadataWithLogout>),
    /// Nothing that may be used.
    Unknown,
}

impl Kept {
    /// What is known, asked for where that is needed.
    pub(super) async fn get<F>(
        &self,
        ask: impl Fn() -> F,
    ) -> Result<Arc<ProviderMetadataWithLogout>, OidcFault>
    where
        F: Future<Output = Result<ProviderMetadataWithLogout, OidcFault>>,
    {
        match self.lookup(Instant::now()) {
            Lookup::Fresh(metadata) => return Ok(metadata),
            Lookup::Aging(metadata) => {
                // One request asks; no other waits for it, since what is known is still good.
                if let Ok(_turn) = self.asking.try_lock() {
                    let asked = self.refresh(&ask).await;
                    return Ok(asked.unwrap_or(metadata));
                }
                return Ok(metadata);
            }
            Lookup::Unknown => {}
        }
        let _turn = self.asking.lock().await;
        match self.lookup(Instant::now()) {
            Lookup::Fresh(metadata) | Lookup::Aging(metadata) => Ok(metadata),
            Lookup::Unknown => self.refresh(&ask).await,
        }
    }

    /// Other ones than these: a key has changed.
    pub(super) async fn newer_than<F>(
        &self,
        known: &Arc<ProviderMetadataWithLogout>,
        ask: impl Fn() -> F,
    ) -> Result<Arc<ProviderMetadataWithLogout>, OidcFault>
    where
        F: Future<Output = Result<ProviderMetadataWithLogout, OidcFault>>,
    {
        let _turn = self.asking.lock().await;
        match self.lookup(Instant::now()) {
            Lookup::Fresh(metadata) | Lookup::Aging(metadata) if !Arc::ptr_eq(&metadata, known) => {
                Ok(metadata)
            }
            Lookup::Fresh(metadata) | Lookup::Aging(metadata) => {
                Ok(self.refresh(&ask).await.unwrap_or(metadata))
            }
            Lookup::Unknown => self.refresh(&ask).await,
        }
    }

    /// The provider answered, or did not: logged when that changes.
    pub(super) fn observe<T>(&self, outcome: &Result<T, OidcFault>) {
        let mut away_since = self.away_since.lock();
        match outcome {
            Err(fault @ (OidcFault::Unavailable(_) | OidcFault::Metadata(_))) => {
                if away_since.is_none() {
                    *away_since = Some(Instant::now());
                    tracing::info!(cause = %chain(fault), "no one can sign in by the OpenID provider now; who is signed in stays so");
                }
            }
            // Neither says that it is there nor that it is away.
            Err(OidcFault::AskedJustNow | OidcFault::Busy | OidcFault::Cancelled) => {}
            Ok(_)
            | Err(
                OidcFault::Answer(_)
                | OidcFault::Refused(_)
                | OidcFault::Signature(_)
                | OidcFault::Claims(_),
            ) => {
                if let Some(since) = away_since.take() {
                    let seconds = since.elapsed().as_secs();
                    tracing::info!(seconds, "the OpenID provider answers again");
                }
            }
        }
    }

    fn lookup(&self, now: Instant) -> Lookup {
        let known = self.known.lock();
        let Some((metadata, fetched_at)) = &known.metadata else {
            return Lookup::Unknown;
        };
        let age = now.saturating_duration_since(*fetched_at);
        if age > Duration::from_millis(limits::JWKS_STALE_MS) {
            Lookup::Unknown
        } else if age > Duration::from_millis(limits::JWKS_REFRESH_MS) && known.may_try(now) {
            Lookup::Aging(Arc::clone(metadata))
        } else {
            Lookup::Fresh(Arc::clone(metadata))
        }
    }

    /// Asks, unless that was done a moment ago. The caller holds `asking`.
    async fn refresh<F>(
        &self,
        ask: impl Fn() -> F,
    ) -> Result<Arc<ProviderMetadataWithLogout>, OidcFault>
    where
        F: Future<Output = Result<ProviderMetadataWithLogout, OidcFault>>,
    {
        let now = Instant::now();
        {
            let mut known = self.known.lock();
            if !known.may_try(now) {
                return Err(OidcFault::AskedJustNow);
            }
            known.tried_at = Some(now);
        }
        let asked = ask().await;
        self.observe(&asked);
        let metadata = Arc::new(asked?);
        self.known.lock().metadata = Some((Arc::clone(&metadata), Instant::now()));
        Ok(metadata)
    }
}

impl Known {
    fn may_try(&self, now: Instant) -> bool {
        let pause = Duration::from_millis(limits::OIDC_RETRY_MS);
        self.tried_at
            .is_none_or(|tried| now.saturating_duration_since(tried) >= pause)
    }
}
