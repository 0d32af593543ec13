//! Sign-in through an OpenID provider: the authorization URL, the exchange of codes for id tokens,
//! and signing out.
//!
//! The provider's discovery document and keys are fetched when a sign-in first needs them, then
//! cached, and refreshed when they are old. Requests run one at a time, at most one per
//! [`limits::OIDC_RETRY_MS`]. During an outage, cached documents are used for
//! [`limits::JWKS_STALE_MS`].

mod fault;
mod id_token;
mod kept;

use std::sync::Arc;
use std::time::Duration;

use helpline_core::limits;
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod, CoreTokenResponse,
};
use openidconnect::{
    AuthType, AuthorizationCode, ClientId, ClientSecret, CsrfToken, IssuerUrl, LogoutRequest,
    Nonce, PkceCodeChallenge, PkceCodeVerifier, PostLogoutRedirectUrl, ProviderMetadataWithLogout,
    RedirectUrl, RequestTokenError, Scope,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::outgoing::{HttpClient, Trust};
use crate::config::{Oidc, Origin};
use fault::is_fit;
pub use fault::{OidcFault, error_code};
pub use id_token::SignedInPerson;
use kept::Kept;

/// Path to which the provider redirects after a sign-in.
pub const CALLBACK_PATH: &str = "/oidc/callback";
/// Path to which the provider redirects after it has signed a person out.
pub const SIGNED_OUT_PATH: &str = "/oidc/signed-out";

/// The configured OpenID provider, with its cached discovery document.
pub struct Provider {
    settings: Oidc,
    redirect: RedirectUrl,
    signed_out: PostLogoutRedirectUrl,
    http: HttpClient,
    kept: Arc<Kept>,
    exchanges: Arc<Semaphore>,
}

/// A sign-in that has begun: the URL for the browser, and the secrets that complete the sign-in.
pub struct Begun {
    /// Authorization URL for the browser.
    pub url: String,
    /// The `state` with which the provider must redirect back.
    pub state: String,
    /// The `nonce` that the id token must contain.
    pub nonce: String,
    /// The PKCE verifier, which is needed to exchange the authorization code for tokens.
    pub verifier: String,
}

/// What `check-config` reports about the provider.
pub struct Found {
    /// Number of usable keys in the provider's key set.
    pub keys: usize,
    /// The authorization endpoint, to which browsers are redirected to sign in.
    pub authorization: String,
    /// Whether the provider has an endpoint for signing out.
    pub signs_out: bool,
}

impl Provider {
    /// Makes a provider from its settings, without sending a request. `public` is the desk's public
    /// origin, from which the redirect URLs are made.
    pub fn new(settings: Oidc, public: &Origin) -> Self {
        let at = |path: &str| format!("{}{path}", public.as_str());
        Self {
            redirect: RedirectUrl::new(at(CALLBACK_PATH)).expect("an origin with a path is a URL"),
            signed_out: PostLogoutRedirectUrl::new(at(SIGNED_OUT_PATH))
                .expect("an origin with a path is a URL"),
            http: HttpClient::new(
                Trust::Operator,
                settings.ca.as_deref(),
                limits::OIDC_TIMEOUT_MS,
                limits::OIDC_BYTES_MAX,
            ),
            kept: Arc::default(),
            exchanges: Arc::new(Semaphore::new(limits::OIDC_EXCHANGES_MAX)),
            settings,
        }
    }

    /// The provider's issuer, the `iss` of its id tokens.
    pub fn issuer(&self) -> &str {
        self.settings.issuer.as_str()
    }

    /// The two URLs to register at the provider: for the redirect after sign-in, and after signing
    /// out.
    pub fn registered(&self) -> [&str; 2] {
        [self.redirect.as_str(), self.signed_out.as_str()]
    }

    /// Begins a sign-in: creates the authorization URL, and the secrets that complete the sign-in.
    ///
    /// # Errors
    /// The provider's discovery document is not cached and cannot be fetched.
    pub async fn begin(&self) -> Result<Begun, OidcFault> {
        let metadata = self.metadata().await?;
        let client = CoreClient::from_provider_metadata(
            ProviderMetadataWithLogout::clone(&metadata),
            ClientId::new(self.settings.client_id.clone()),
            None,
        )
        .set_redirect_uri(self.redirect.clone());
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let flow = CoreAuthenticationFlow::AuthorizationCode;
        // `openidconnect` itself adds the scope `openid`.
        let scopes = self
            .settings
            .scopes
            .iter()
            .filter(|scope| *scope != "openid");
        let (url, state, nonce) = client
            .authorize_url(flow, CsrfToken::new_random, Nonce::new_random)
            .add_scopes(scopes.cloned().map(Scope::new))
            .set_pkce_challenge(challenge)
            .url();
        Ok(Begun {
            url: url.into(),
            state: state.into_secret(),
            nonce: nonce.secret().clone(),
            verifier: verifier.into_secret(),
        })
    }

    /// Completes a sign-in: exchanges the authorization code for an id token, and returns the
    /// person. `verifier` and `nonce` come from [`Begun`].
    ///
    /// # Errors
    /// The provider refuses the code or does not answer in time, its id token is not valid, or
    /// there are too many exchanges at once.
    pub async fn complete(
        &self,
        code: String,
        verifier: String,
        nonce: String,
    ) -> Result<SignedInPerson, OidcFault> {
        in_time(self.exchanged(code, verifier, nonce)).await
    }

    async fn exchanged(
        &self,
        code: String,
        verifier: String,
        nonce: String,
    ) -> Result<SignedInPerson, OidcFault> {
        // Move the permit for this exchange into the blocking task, so that a cancelled caller does
        // not release the permit while the exchange is still running.
        let permit = Arc::clone(&self.exchanges)
            .try_acquire_owned()
            .map_err(|_| OidcFault::Busy)?;
        let metadata = self.metadata().await?;
        let answer = self.exchange(permit, &metadata, code, verifier).await;
        self.kept.observe(&answer);
        let (answer, permit) = answer?;
        let nonce = Nonce::new(nonce);
        let (metadata, claims) =
            match id_token::verified(&self.settings, &metadata, &answer, &nonce) {
                Ok(claims) => (metadata, claims),
                // The provider may have new keys: refresh the keys and verify once more.
                Err(OidcFault::Signature(_)) => {
                    let metadata = self.newer_than(&metadata).await?;
                    let claims = id_token::verified(&self.settings, &metadata, &answer, &nonce)?;
                    (metadata, claims)
                }
                Err(fault) => return Err(fault),
            };
        let person = SignedInPerson::from_claims(&claims)?;
        if person.is_complete() {
            return Ok(person);
        }
        let (http, settings) = (self.http.clone(), self.settings.clone());
        let is_verified = claims.email_verified();
        let asking = move || {
            let _permit = permit;
            id_token::asked_again(&http, &settings, &metadata, &answer, (person, is_verified))
        };
        blocking(asking).await
    }

    /// URL at which a browser signs out at the provider. `None` if the provider has no endpoint for
    /// signing out, or if its discovery document is not cached. Sends no request, so that signing
    /// out never waits.
    pub fn sign_out_url(&self) -> Option<String> {
        let metadata = self.kept.known()?;
        let end = metadata
            .additional_metadata()
            .end_session_endpoint
            .clone()
            .filter(|end| is_fit(end.url().as_str()))?;
        let request = LogoutRequest::from(end)
            .set_client_id(ClientId::new(self.settings.client_id.clone()))
            .set_post_logout_redirect_uri(self.signed_out.clone());
        Some(request.http_get_url().into())
    }

    /// Fetches the discovery document and the keys without the cache, for `check-config`.
    ///
    /// # Errors
    /// The provider does not answer, or its document is not usable.
    pub async fn look(&self) -> Result<Found, OidcFault> {
        let metadata = blocking(self.discovery()).await?;
        Ok(Found {
            keys: metadata.jwks().keys().len(),
            authorization: metadata.authorization_endpoint().to_string(),
            signs_out: metadata
                .additional_metadata()
                .end_session_endpoint
                .is_some(),
        })
    }

    async fn metadata(&self) -> Result<Arc<ProviderMetadataWithLogout>, OidcFault> {
        in_time(self.kept.get(self.discovery())).await
    }

    async fn newer_than(
        &self,
        known: &Arc<ProviderMetadataWithLogout>,
    ) -> Result<Arc<ProviderMetadataWithLogout>, OidcFault> {
        self.kept.newer_than(known, self.discovery()).await
    }

    fn discovery(
        &self,
    ) -> impl FnOnce() -> Result<ProviderMetadataWithLogout, OidcFault> + Send + use<> {
        let (http, issuer) = (self.http.clone(), self.settings.issuer.clone());
        move || {
            let issuer = IssuerUrl::new(issuer.as_str().to_owned())
                .map_err(|_| OidcFault::Metadata("the issuer is not a URL".into()))?;
            let metadata =
                ProviderMetadataWithLogout::discover(&issuer, &|request| http.call(request))
                    .map_err(OidcFault::of_discovery)?;
            fault::usable(&metadata)?;
            Ok(metadata)
        }
    }

    async fn exchange(
        &self,
        permit: OwnedSemaphorePermit,
        metadata: &Arc<ProviderMetadataWithLogout>,
        code: String,
        verifier: String,
    ) -> Result<(CoreTokenResponse, OwnedSemaphorePermit), OidcFault> {
        let (http, settings) = (self.http.clone(), self.settings.clone());
        let (metadata, redirect) = (Arc::clone(metadata), self.redirect.clone());
        blocking(move || {
            let secret = settings
                .client_secret
                .as_ref()
                .map(|secret| ClientSecret::new(secret.expose().to_owned()));
            let client = CoreClient::from_provider_metadata(
                ProviderMetadataWithLogout::clone(&metadata),
                ClientId::new(settings.client_id.clone()),
                secret,
            )
            .set_redirect_uri(redirect)
            .set_auth_type(auth_type(&metadata));
            client
                .exchange_code(AuthorizationCode::new(code))
                .map_err(|_| OidcFault::Metadata("it has no token endpoint".into()))?
                .set_pkce_verifier(PkceCodeVerifier::new(verifier))
                .request(&|request| http.call(request))
                .map(|answer| (answer, permit))
                .map_err(|error| match error {
                    RequestTokenError::Request(fault) => OidcFault::Unavailable(fault),
                    RequestTokenError::ServerResponse(answer) => {
                        OidcFault::Refused(error_code(answer.error().as_ref()))
                    }
                    RequestTokenError::Parse(error, _) => OidcFault::Answer(error.to_string()),
                    RequestTokenError::Other(why) => OidcFault::Answer(why),
                })
        })
        .await
    }
}

/// How to send the client secret: in the `Authorization` header, as the standard prescribes by
/// default, or in the request body if the provider supports only that.
fn auth_type(metadata: &ProviderMetadataWithLogout) -> AuthType {
    let methods = metadata.token_endpoint_auth_methods_supported();
    let takes = |method: &CoreClientAuthMethod| methods.is_some_and(|all| all.contains(method));
    if takes(&CoreClientAuthMethod::ClientSecretPost)
        && !takes(&CoreClientAuthMethod::ClientSecretBasic)
    {
        AuthType::RequestBody
    } else {
        AuthType::BasicAuth
    }
}

/// Limits the total time of all requests of one sign-in to [`limits::OIDC_EXCHANGE_MS`]. This is
/// less than the deadline of the browser's request to the desk.
async fn in_time<T>(work: impl Future<Output = Result<T, OidcFault>>) -> Result<T, OidcFault> {
    let time = Duration::from_millis(limits::OIDC_EXCHANGE_MS);
    tokio::time::timeout(time, work)
        .await
        .unwrap_or(Err(OidcFault::TooSlow))
}

/// Runs `work` in tokio's blocking thread pool.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, OidcFault> + Send + 'static,
) -> Result<T, OidcFault> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or(Err(OidcFault::Cancelled))
}
