//! Why a sign-in by the provider does not work.

use openidconnect::{DiscoveryError, ProviderMetadataWithLogout};

use crate::integrations::https::{HttpFault, is_private};

/// Longer than any code that is registered.
const CODE_CHARS_MAX: usize = 60;

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

/// The code of an error that a provider named, as RFC 6749 writes codes. Anything else may repeat what was sent to it, secrets too, and is not told.
pub fn error_code(told: &str) -> String {
    let is_code = (1..=CODE_CHARS_MAX).contains(&told.len())
        && told
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    if is_code {
        told
    } else {
        "an error that is no code"
    }
    .to_owned()
}

/// Whether a sign-in can be done with it; of clear text that a browser would send, the library knows nothing.
pub(super) fn usable(metadata: &ProviderMetadataWithLogout) -> Result<(), OidcFault> {
    let fault = |why: &str| Err(OidcFault::Metadata(why.to_owned()));
    match metadata.token_endpoint() {
        None => return fault("it names no token endpoint"),
        Some(url) if !is_fit(url.as_str()) => {
            return fault("its token endpoint is not https, and not on this machine");
        }
        Some(_) => {}
    }
    if !is_fit(metadata.authorization_endpoint().as_str()) {
        return fault("its authorization endpoint is not https, and not on this machine");
    }
    if metadata.jwks().keys().is_empty() {
        return fault("its key set has no usable key");
    }
    Ok(())
}

/// Whether an address of the provider's may be asked, or led to: https, or on this machine. What cannot be read is not.
pub(super) fn is_fit(url: &str) -> bool {
    url.parse().is_ok_and(|uri| is_private(&uri))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_what_a_provider_says_only_a_code_is_told() {
        assert_eq!(error_code("invalid_grant"), "invalid_grant");
        for other in ["", "code=abc", "Basic ZGVzazpz", "geheim1", &"a".repeat(61)] {
            assert_eq!(error_code(other), "an error that is no code", "{other}");
        }
    }

    #[test]
    fn addresses_that_run_or_travel_in_clear_text_are_unfit() {
        for good in ["https://id.example/token", "http://127.0.0.1:1/token"] {
            assert!(is_fit(good), "{good}");
        }
        for bad in [
            "http://id.example/token",
            "data:text/html,x",
            "javascript:alert(1)",
            "/token",
            "",
        ] {
            assert!(!is_fit(bad), "{bad}");
        }
    }
}
