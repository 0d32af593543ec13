//! Why a sign-in by the provider does not work.

use openidconnect::{DiscoveryError, ProviderMetadataWithLogout};

use crate::integrations::https::{HttpFault, is_private};

/// The first thing that is wrong. None of them repeats a code, a token or a secret.
#[derive(Debug, thiserror::Error)]
pub enum OidcFault {
    /// No answer from the provider.
    #[error("the OpenID provider does not answer")]
    Unavailable(#[source] HttpFault),
    /// It did not answer a moment ago, and is not asked yet again.
    #[error("the OpenID provider did not answer a moment ago")]
    AskedJustNow,
    /// All its answers together took too long.
    #[error("the OpenID provider takes too long")]
    TooSlow,
    /// Too many codes are being exchanged.
    #[error("too many sign-ins at once")]
    Busy,
    /// Its discovery document cannot be used.
    #[error("the OpenID provider's discovery document: {0}")]
    Metadata(String),
    /// It answered with something that is no answer.
    #[error("the OpenID provider's answer: {0}")]
    Answer(String),
    /// It did not take the code.
    #[error("the OpenID provider refused the code: {0}")]
    Refused(String),
    /// The id token is not signed by one of its keys.
    #[error("the id token's signature: {0}")]
    Signature(String),
    /// The id token is good for something else.
    #[error("the id token: {0}")]
    Claims(String),
    /// The desk stops.
    #[error("the request was cancelled")]
    Cancelled,
}

impl OidcFault {
    /// One word, for the metric and the log.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Unavailable(_) | Self::AskedJustNow | Self::TooSlow => "provider_unavailable",
            Self::Busy => "busy",
            Self::Metadata(_) => "provider_metadata",
            Self::Answer(_) => "provider_answer",
            Self::Refused(_) => "code_refused",
            Self::Signature(_) => "id_token_signature",
            Self::Claims(_) => "id_token_claims",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether it passes by itself.
    pub const fn passes(&self) -> bool {
        match self {
            Self::Unavailable(_)
            | Self::AskedJustNow
            | Self::TooSlow
            | Self::Busy
            | Self::Cancelled => true,
            Self::Metadata(_)
            | Self::Answer(_)
            | Self::Refused(_)
            | Self::Signature(_)
            | Self::Claims(_) => false,
        }
    }

    pub(super) fn of_discovery(error: DiscoveryError<HttpFault>) -> Self {
        match error {
            DiscoveryError::Request(fault) => Self::Unavailable(fault),
            DiscoveryError::Validation(why) => Self::Metadata(format!(
                "{why}: --oidc-issuer must be exactly what the document names as its issuer"
            )),
            DiscoveryError::Response(status, _, _) => {
                Self::Metadata(format!("the address answered {}", status.as_u16()))
            }
            DiscoveryError::Parse(error) => Self::Metadata(error.to_string()),
            other => Self::Metadata(other.to_string()),
        }
    }
}

/// Whether a sign-in can be done with it; of clear text that a browser would send, the library knows nothing.
pub(super) fn usable(metadata: &ProviderMetadataWithLogout) -> Result<(), OidcFault> {
    let fault = |why: &str| Err(OidcFault::Metadata(why.to_owned()));
    let is_in_clear = |url: &str| url.parse().is_ok_and(|uri| !is_private(&uri));
    if metadata.token_endpoint().is_none() {
        return fault("it names no token endpoint");
    }
    if is_in_clear(metadata.authorization_endpoint().as_str()) {
        return fault("its authorization endpoint is not https, and not on this machine");
    }
    if metadata.jwks().keys().is_empty() {
        return fault("its key set has no usable key");
    }
    Ok(())
}
