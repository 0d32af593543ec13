//! Whom an id token names: its signature by one of the provider's keys, for this desk, for this sign-in, not over.

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
use crate::integrations::https::HttpClient;
use crate::runtime::errors::chain;

/// Signatures by a private key, which only the provider has. A client's secret (HS256) signs nothing: the desk knows it too.
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

/// A person, as the provider knows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedInPerson {
    /// `sub`: theirs at this provider for good.
    pub subject: String,
    /// A display name.
    pub name: Option<String>,
    /// An address that the provider does not call unverified.
    pub email: Option<String>,
}

impl SignedInPerson {
    /// # Errors
    /// A subject that no provider may give.
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

    /// Whether the team will know who this is.
    pub(super) const fn is_complete(&self) -> bool {
        self.name.is_some() && self.email.is_some()
    }
}

/// The id token's claims, checked.
///
/// # Errors
/// [`OidcFault::Signature`] when no key that is known signed it, [`OidcFault::Claims`] when it is good for something else.
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

/// What the id token does not tell, by the provider's userinfo endpoint; with the person comes whether it calls their address verified. Someone of whom no name can be had signs in without one.
///
/// # Errors
/// None that is the provider's: what it does not tell is left out.
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
            // An address that the id token calls unverified stays so unless the provider says now that it is verified.
            email: person
                .email
                .or_else(|| address(told.email(), told.email_verified().or(is_verified))),
            ..person
        }),
        Err(error) => {
            tracing::debug!(cause = %chain(&error), "the OpenID provider told nothing more of a person");
            Ok(person)
        }
    }
}

/// The name in no particular language, or else any; without one, what the person calls themselves there. As it is: who takes it in checks that it
/// is a line of text.
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

/// An address that the provider calls unverified may be another person's, and is left out.
fn address(email: Option<&EndUserEmail>, is_verified: Option<bool>) -> Option<String> {
    email
        .filter(|_| is_verified != Some(false))
        .map(|email| email.as_str().to_owned())
}
