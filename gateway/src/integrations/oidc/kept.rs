//! What is known of the provider, for as long as it may be used.

use std::sync::Arc;
use std::time::{Duration, Instant};

use helpline_core::limits;
use openidconnect::ProviderMetadataWithLogout;
use parking_lot::Mutex;
use tokio::sync::OwnedMutexGuard;

use super::fault::OidcFault;
use crate::runtime::errors::chain;

/// What the provider answers.
type Asked = Result<ProviderMetadataWithLogout, OidcFault>;

/// The provider's addresses and keys.
#[derive(Default)]
pub(super) struct Kept {
    known: Mutex<Known>,
    /// Held while the provider is asked: its owner asks, the others wait and look again.
    asking: Arc<tokio::sync::Mutex<()>>,
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
    pub(super) async fn get(
        self: &Arc<Self>,
        ask: impl FnOnce() -> Asked + Send + 'static,
    ) -> Result<Arc<ProviderMetadataWithLogout>, OidcFault> {
        match self.lookup(Instant::now()) {
            Lookup::Fresh(metadata) => return Ok(metadata),
            Lookup::Aging(metadata) => {
                // One request asks; no other waits for it, since what is known is still good.
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

    /// Other ones than these: a key has changed.
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

    /// What is known and may be used, without a request.
    pub(super) fn known(&self) -> Option<Arc<ProviderMetadataWithLogout>> {
        match self.lookup(Instant::now()) {
            Lookup::Fresh(metadata) | Lookup::Aging(metadata) => Some(metadata),
            Lookup::Unknown => None,
        }
    }

    /// The provider took a code, or did not: logged when that changes.
    pub(super) fn observe<T>(&self, outcome: &Result<T, OidcFault>) {
        self.log(
            outcome,
            "no one can sign in by the OpenID provider now; who is signed in stays so",
        );
    }

    fn log<T>(&self, outcome: &Result<T, OidcFault>, consequence: &'static str) {
        let mut away_since = self.away_since.lock();
        match outcome {
            Err(fault @ (OidcFault::Unavailable(_) | OidcFault::Metadata(_))) => {
                if away_since.is_none() {
                    *away_since = Some(Instant::now());
                    // What passes by itself is told; what the settings decide is a warning.
                    if fault.passes() {
                        tracing::info!(cause = %chain(fault), "{consequence}");
                    } else {
                        tracing::warn!(cause = %chain(fault), "{consequence}");
                    }
                }
            }
            // Neither says that it is there nor that it is away.
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

    /// Asks, unless that was done a moment ago. `turn` is `asking`, held. What the provider answers is kept even where the caller has gone.
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
            "the OpenID provider cannot be asked for its addresses and keys; the known ones serve on"
        } else {
            "no one can sign in by the OpenID provider now; who is signed in stays so"
        };
        self.log(&asked, consequence);
        let mut known = self.known.lock();
        // The pause begins with the answer: who waited for it does not ask again at once.
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
