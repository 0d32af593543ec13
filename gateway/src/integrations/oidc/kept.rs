//! Caches the OpenID provider's discovery document, together with the provider's keys.

use std::sync::Arc;
use std::time::{Duration, Instant};

use helpline_core::limits;
use openidconnect::ProviderMetadataWithLogout;
use parking_lot::Mutex;
use tokio::sync::OwnedMutexGuard;

use super::fault::OidcFault;
use crate::runtime::errors::chain;

/// The result of requesting the discovery document and the keys.
type Asked = Result<ProviderMetadataWithLogout, OidcFault>;

/// The cache of the discovery document and the keys.
#[derive(Default)]
pub(super) struct Kept {
    known: Mutex<Known>,
    /// Locked during a request to the provider. A task that had to wait for the lock looks at the
    /// cache again before it sends a request.
    asking: Arc<tokio::sync::Mutex<()>>,
    /// When the provider's current outage began. `None` if there is no outage.
    away_since: Mutex<Option<Instant>>,
}

#[derive(Default)]
struct Known {
    metadata: Option<(Arc<ProviderMetadataWithLogout>, Instant)>,
    tried_at: Option<Instant>,
}

/// The result of looking the discovery document up in the cache.
enum Lookup {
    /// The cached discovery document can be used.
    Fresh(Arc<ProviderMetadataWithLogout>),
    /// The cached discovery document can be used, but is old enough to be refreshed.
    Aging(Arc<ProviderMetadataWithLogout>),
    /// There is no cached discovery document, or it is too old to be used.
    Unknown,
}

impl Kept {
    /// Returns the cached discovery document. Calls `ask`, which fetches the document, if there is
    /// no usable document, or if it should be refreshed and no other task is refreshing it.
    ///
    /// # Errors
    /// There is no usable document, and `ask` failed or may not run again yet.
    pub(super) async fn get(
        self: &Arc<Self>,
        ask: impl FnOnce() -> Asked + Send + 'static,
    ) -> Result<Arc<ProviderMetadataWithLogout>, OidcFault> {
        match self.lookup(Instant::now()) {
            Lookup::Fresh(metadata) => return Ok(metadata),
            Lookup::Aging(metadata) => {
                // Only one caller refreshes the document. Other callers do not wait, because the
                // cached document can still be used.
                if let Ok(turn) = Arc::clone(&self.asking).try_lock_owned() {
                    let asked = self.refresh(turn, ask).await;
                    return Ok(asked.unwrap_or(metadata));
                }
                return Ok(metadata);
            }
            Lookup::Unknown => {}
        }
        let turn = Arc::clone(&self.asking).lock_owned().await;
        match self.lookup(Instant::now()) {
            Lookup::Fresh(metadata) | Lookup::Aging(metadata) => Ok(metadata),
            Lookup::Unknown => self.refresh(turn, ask).await,
        }
    }

    /// Returns a document newer than `known`. Called when no key in `known` verifies a signature.
    /// Returns `known` itself if `ask` cannot get a newer document and `known` is not too old.
    ///
    /// # Errors
    /// `known` is too old to be used, and `ask` failed or may not run again yet.
    pub(super) async fn newer_than(
        self: &Arc<Self>,
        known: &Arc<ProviderMetadataWithLogout>,
        ask: impl FnOnce() -> Asked + Send + 'static,
    ) -> Result<Arc<ProviderMetadataWithLogout>, OidcFault> {
        let turn = Arc::clone(&self.asking).lock_owned().await;
        match self.lookup(Instant::now()) {
            Lookup::Fresh(metadata) | Lookup::Aging(metadata) if !Arc::ptr_eq(&metadata, known) => {
                Ok(metadata)
            }
            Lookup::Fresh(metadata) | Lookup::Aging(metadata) => {
                Ok(self.refresh(turn, ask).await.unwrap_or(metadata))
            }
            Lookup::Unknown => self.refresh(turn, ask).await,
        }
    }

    /// The cached discovery document, if it can be used. Sends no request.
    pub(super) fn known(&self) -> Option<Arc<ProviderMetadataWithLogout>> {
        match self.lookup(Instant::now()) {
            Lookup::Fresh(metadata) | Lookup::Aging(metadata) => Some(metadata),
            Lookup::Unknown => None,
        }
    }

    /// Records the outcome of exchanging an authorization code for tokens. Logs when an outage of
    /// the provider begins and ends.
    pub(super) fn observe<T>(&self, outcome: &Result<T, OidcFault>) {
        self.log(
            outcome,
            "sign-in by the OpenID provider fails; people who are signed in stay signed in",
        );
    }

    fn log<T>(&self, outcome: &Result<T, OidcFault>, consequence: &'static str) {
        let mut away_since = self.away_since.lock();
        match outcome {
            Err(fault @ (OidcFault::Unavailable(_) | OidcFault::Metadata(_))) => {
                if away_since.is_none() {
                    *away_since = Some(Instant::now());
                    // A transient fault is only logged as information. A fault that needs a change
                    // of settings is a warning.
                    if fault.passes() {
                        tracing::info!(cause = %chain(fault), "{consequence}");
                    } else {
                        tracing::warn!(cause = %chain(fault), "{consequence}");
                    }
                }
            }
            // These errors do not show whether the provider answers, so the outage state stays as
            // it is.
            Err(
                OidcFault::AskedJustNow
                | OidcFault::TooSlow
                | OidcFault::Busy
                | OidcFault::Cancelled,
            ) => {}
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

    /// Calls `ask`, unless the last call was less than [`limits::OIDC_RETRY_MS`] ago. `turn` is the
    /// held `asking` lock. The provider's answer is cached even if the calling task is dropped.
    async fn refresh(
        self: &Arc<Self>,
        turn: OwnedMutexGuard<()>,
        ask: impl FnOnce() -> Asked + Send + 'static,
    ) -> Result<Arc<ProviderMetadataWithLogout>, OidcFault> {
        let now = Instant::now();
        {
            let mut known = self.known.lock();
            if !known.may_try(now) {
                return Err(OidcFault::AskedJustNow);
            }
            known.tried_at = Some(now);
        }
        let kept = Arc::clone(self);
        let asking = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            let asked = ask();
            kept.keep(asked)
        });
        asking.await.unwrap_or(Err(OidcFault::Cancelled))
    }

    fn keep(&self, asked: Asked) -> Result<Arc<ProviderMetadataWithLogout>, OidcFault> {
        let consequence = if self.known().is_some() {
            "the OpenID provider's addresses and keys cannot be refreshed; sign-in continues with the known ones"
        } else {
            "sign-in by the OpenID provider fails; people who are signed in stay signed in"
        };
        self.log(&asked, consequence);
        let mut known = self.known.lock();
        // The pause before another request to the provider starts when the answer arrives. Callers
        // that waited for this request then do not send another request at once.
        known.tried_at = Some(Instant::now());
        let metadata = Arc::new(asked?);
        known.metadata = Some((Arc::clone(&metadata), Instant::now()));
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

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;
    use openidconnect::core::{
        CoreJwsSigningAlgorithm, CoreResponseType, CoreSubjectIdentifierType,
    };
    use openidconnect::{
        AuthUrl, EmptyAdditionalProviderMetadata, IssuerUrl, JsonWebKeySetUrl,
        LogoutProviderMetadata, ResponseTypes,
    };

    fn metadata() -> Asked {
        let issuer = "https://id.example";
        Ok(ProviderMetadataWithLogout::new(
            IssuerUrl::new(issuer.into()).expect("a URL"),
            AuthUrl::new(format!("{issuer}/authorize")).expect("a URL"),
            JsonWebKeySetUrl::new(format!("{issuer}/jwks")).expect("a URL"),
            vec![ResponseTypes::new(vec![CoreResponseType::Code])],
            vec![CoreSubjectIdentifierType::Public],
            vec![CoreJwsSigningAlgorithm::EdDsa],
            LogoutProviderMetadata {
                end_session_endpoint: None,
                additional_metadata: EmptyAdditionalProviderMetadata {},
            },
        ))
    }

    #[tokio::test]
    async fn what_is_asked_for_is_kept_though_the_one_who_asked_has_gone() {
        let kept = Arc::new(Kept::default());
        let (begins, begun) = tokio::sync::oneshot::channel();
        let (answers, answer) = mpsc::channel();
        let asking = kept.get(move || {
            begins.send(()).expect("someone waits");
            answer.recv().expect("an answer")
        });
        tokio::select! {
            _ = asking => panic!("there is no answer yet"),
            begun = begun => begun.expect("it begins"),
        }
        answers.send(metadata()).expect("it is still asked for");
        let next = kept.get(|| panic!("it was asked for already"));
        assert_eq!(
            next.await.expect("known").issuer().as_str(),
            "https://id.example"
        );
    }
}
