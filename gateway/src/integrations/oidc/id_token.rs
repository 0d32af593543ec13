//! Verifies id tokens. The provider must have signed the token for this desk and this sign-in, and
//! the token must not have expired.

use chrono::{TimeDelta, Utc};
use helpline_core::limits;
use openidconnect::core::{
    CoreClient, CoreIdTokenClaims, CoreIdTokenVerifier, CoreJwsSigningAlgorithm, CoreTokenResponse,
    CoreUserInfoClaims,
};
use openidconnect::{
    ClaimsVerificationError, ClientId, EndUserEmail, EndUserName, EndUserUsername, IssuerUrl,
    LocalizedClaim, Nonce, OAuth2TokenResponse as _, ProviderMetadataWithLogout,
    TokenResponse as _,
};

use super::fault::OidcFault;
use crate::config::Oidc;
use crate::integrations::outgoing::HttpClient;
use crate::runtime::errors::chain;

/// Accepted signature algorithms, all with a private key that only the provider has. HS256 is
/// refused, because its key is the client secret, which the desk also has.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// A person who signed in at the provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedInPerson {
    /// The `sub` claim: the permanent identifier of the person at this provider.
    pub subject: String,
    /// Display name.
    pub name: Option<String>,
    /// Email address. `None` if the provider says that the address is unverified.
    pub email: Option<String>,
}

impl SignedInPerson {
    /// Reads the person from verified claims.
    ///
    /// # Errors
    /// The `sub` is empty, too long, or contains control characters.
    pub(super) fn from_claims(claims: &CoreIdTokenClaims) -> Result<Self, OidcFault> {
        let subject = claims.subject().as_str();
        let fits = (1..=limits::OIDC_SUBJECT_BYTES_MAX).contains(&subject.len())
            && !subject.chars().any(char::is_control);
        if !fits {
            return Err(OidcFault::Claims("its sub cannot be used".into()));
        }
        Ok(Self {
            subject: subject.to_owned(),
            name: display_name(claims.name(), claims.preferred_username()),
            email: address(claims.email(), claims.email_verified()),
        })
    }

    /// Whether both a name and an email address are known.
    pub(super) const fn is_complete(&self) -> bool {
        self.name.is_some() && self.email.is_some()
    }
}

/// Verifies the id token in the provider's answer and returns its claims.
///
/// # Errors
/// [`OidcFault::Answer`] if the answer has no id token. [`OidcFault::Signature`] if no known key
/// signed the token. [`OidcFault::Claims`] if the token has expired or is for another client or
/// sign-in.
pub(super) fn verified(
    settings: &Oidc,
    metadata: &ProviderMetadataWithLogout,
    answer: &CoreTokenResponse,
    nonce: &Nonce,
) -> Result<CoreIdTokenClaims, OidcFault> {
    let token = answer
        .id_token()
        .ok_or_else(|| OidcFault::Answer("it has no id token".into()))?;
    let issuer = IssuerUrl::new(settings.issuer.as_str().to_owned())
        .map_err(|_| OidcFault::Metadata("the issuer is not a URL".into()))?;
    let verifier = CoreIdTokenVerifier::new_public_client(
        ClientId::new(settings.client_id.clone()),
        issuer,
        metadata.jwks().clone(),
    )
    .set_allowed_algs(ALGORITHMS)
    .set_time_fn(|| Utc::now() - TimeDelta::milliseconds(limits::CLOCK_LEEWAY_MS));
    let claims = token
        .claims(&verifier, nonce)
        .map_err(|error| match error {
            ClaimsVerificationError::SignatureVerification(why) => {
                OidcFault::Signature(why.to_string())
            }
            other => OidcFault::Claims(other.to_string()),
        })?;
    let party = claims.authorized_party().map(|party| party.as_str());
    if party.is_some_and(|party| party != settings.client_id) {
        return Err(OidcFault::Claims("its azp is another client".into()));
    }
    Ok(claims.clone())
}

/// Asks the provider's userinfo endpoint for the name and email address that the id token lacks.
/// `is_verified` is the claim `email_verified` of the id token.
///
/// # Errors
/// Never fails. If the endpoint does not answer, the person signs in without the missing values.
pub(super) fn asked_again(
    http: &HttpClient,
    settings: &Oidc,
    metadata: &ProviderMetadataWithLogout,
    answer: &CoreTokenResponse,
    (person, is_verified): (SignedInPerson, Option<bool>),
) -> Result<SignedInPerson, OidcFault> {
    let client = CoreClient::from_provider_metadata(
        metadata.clone(),
        ClientId::new(settings.client_id.clone()),
        None,
    );
    let subject = openidconnect::SubjectIdentifier::new(person.subject.clone());
    let Ok(request) = client.user_info(answer.access_token().clone(), Some(subject)) else {
        return Ok(person);
    };
    let told: Result<CoreUserInfoClaims, _> = request.request(&|request| http.call(request));
    match told {
        Ok(told) => Ok(SignedInPerson {
            name: person
                .name
                .or_else(|| display_name(told.name(), told.preferred_username())),
            // If the id token says that the address is unverified, the address is used only if the
            // userinfo endpoint says that it is verified.
            email: person
                .email
                .or_else(|| address(told.email(), told.email_verified().or(is_verified))),
            ..person
        }),
        Err(error) => {
            tracing::debug!(cause = %chain(&error), "the OpenID provider's userinfo endpoint failed; the person signs in without the missing name or address");
            Ok(person)
        }
    }
}

/// The person's display name: the `name` claim without a language tag, otherwise the first `name`
/// claim in any language, otherwise the preferred username. The sign-in checks the result for
/// control characters.
fn display_name(
    name: Option<&LocalizedClaim<EndUserName>>,
    username: Option<&EndUserUsername>,
) -> Option<String> {
    let name = name.and_then(|all| {
        all.get(None)
            .or_else(|| all.iter().next().map(|(_, one)| one))
    });
    name.map(|name| name.as_str())
        .or_else(|| username.map(|username| username.as_str()))
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
}

/// The email address. `None` if the provider says that it is unverified, because the address may
/// then belong to another person.
fn address(email: Option<&EndUserEmail>, is_verified: Option<bool>) -> Option<String> {
    email
        .filter(|_| is_verified != Some(false))
        .map(|email| email.as_str().to_owned())
}
