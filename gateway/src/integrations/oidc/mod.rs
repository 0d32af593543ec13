//! The OpenID provider: where it sends people, what their codes are worth, and which keys are its own.
//!
//! Its addresses and keys are asked for when a sign-in needs them, kept, and asked for again once they are old: one request at a time, at most
//! one per [`limits::OIDC_RETRY_MS`]. While it does not answer, those that are known serve on for [`limits::JWKS_STALE_MS`].

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

use super::https::HttpClient;
use crate::config::{Oidc, Origin};
use fault::is_fit;
pub use fault::{OidcFault, error_code};
pub use id_token::SignedInPerson;
use kept::Kept;

/// Where the provider sends people back to.
pub const CALLBACK_PATH: &str = "/oidc/callback";
/// Where the provider sends people after it has signed them out.
pub const SIGNED_OUT_PATH: &str = "/oidc/signed-out";

/// The provider of these settings.
pub struct Provider {
    settings: Oidc,
    redirect: RedirectUrl,
    signed_out: PostLogoutRedirectUrl,
    http: HttpClient,
    kept: Arc<Kept>,
    exchanges: Arc<Semaphore>,
}

/// A sign-in that begins.
pub struct Begun {
    /// Where the browser goes.
    pub url: String,
    /// What it brings back.
    pub state: String,
    /// What the id token says.
    pub nonce: String,
    /// What proves that the code is used by who asked for it.
    pub verifier: String,
}

/// What was found at the provider, for an operator to read.
pub struct Found {
    /// Its keys.
    pub keys: usize,
    /// Where people are sent.
    pub authorization: String,
    /// Whether it can sign people out.
    pub signs_out: bool,
}

impl Provider {
    /// Asks nothing yet. `public` is the desk's address, which the provider knows as part of the redirect address.
    pub fn new(settings: Oidc, public: &Origin) -> Self {
        let at = |path: &str| format!("{}{path}", public.as_str());
        Self {
            redirect: RedirectUrl::new(at(CALLBACK_PATH)).expect("an origin with a path is a URL"),
            signed_out: PostLogoutRedirectUrl::new(at(SIGNED_OUT_PATH))
                .expect("an origin with a path is a URL"),
            http: HttpClient::new(
                settings.ca.as_deref(),
                limits::OIDC_TIMEOUT_MS,
                limits::OIDC_BYTES_MAX,
            ),
            kept: Arc::default(),
            exchanges: Arc::new(Semaphore::new(limits::OIDC_EXCHANGES_MAX)),
            settings,
        }
    }

    /// Its name, as id tokens bear it.
    pub fn issuer(&self) -> &str {
        self.settings.issuer.as_str()
    }

    /// Where the provider must be told to send people back to, and after signing out.
    pub fn registered(&self) -> [&str; 2] {
        [self.redirect.as_str(), self.signed_out.as_str()]
    }

    /// The way to the provider.
    ///
    /// # Errors
    /// [`OidcFault::Unavailable`] when it is not known, and does not answer.
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
        // `openid` is always asked for by the library.
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

    /// Whom this code stands for. `verifier` and `nonce` are of the sign-in that it came from.
    ///
    /// # Errors
    /// What the provider refuses, what its id token says wrongly, or that there is no answer.
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
        // It goes with the work: who turns away in the middle does not make a place for another one.
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
                // The provider may have changed its keys since.
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

    /// Where a browser goes to be signed out at the provider too; none where it has no such address, or is not known. The provider
    /// is not asked: signing out waits for no one.
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

    /// What is there now.
    ///
    /// # Errors
    /// Why it cannot be used.
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

/// In the header, as the standard's default is, unless the provider says that it takes the secret only in the body.
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

/// All requests that a person waits for, together: less time than a request to the desk has.
async fn in_time<T>(work: impl Future<Output = Result<T, OidcFault>>) -> Result<T, OidcFault> {
    let time = Duration::from_millis(limits::OIDC_EXCHANGE_MS);
    tokio::time::timeout(time, work)
        .await
        .unwrap_or(Err(OidcFault::TooSlow))
}

/// On a thread that may wait.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, OidcFault> + Send + 'static,
) -> Result<T, OidcFault> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or(Err(OidcFault::Cancelled))
}
