//! Errors of sign-in through the OpenID provider.

use openidconnect::{DiscoveryError, ProviderMetadataWithLogout};

use crate::integrations::outgoing::{OutgoingFault, is_protected};

/// Maximum length of an OAuth error code, in characters. All registered codes are shorter.
const CODE_CHARS_MAX: usize = 60;

/// Why a sign-in failed. The error texts contain no authorization code, token or secret.
#[derive(Debug, thiserror::Error)]
pub enum OidcFault {
    /// The provider did not answer.
    #[error("the OpenID provider does not answer")]
    Unavailable(#[source] OutgoingFault),
    /// The previous request to the provider failed, and the pause before another request is not
    /// over.
    #[error("the OpenID provider did not answer a moment ago")]
    AskedJustNow,
    /// The requests of one sign-in together took too long.
    #[error("the OpenID provider takes too long")]
    TooSlow,
    /// Too many authorization codes are being exchanged at the same time.
    #[error("too many sign-ins at once")]
    Busy,
    /// The provider's discovery document cannot be used, for the given reason.
    #[error("the OpenID provider's discovery document: {0}")]
    Metadata(String),
    /// The provider's answer is not a valid token response.
    #[error("the OpenID provider's answer: {0}")]
    Answer(String),
    /// The provider refused the authorization code.
    #[error("the OpenID provider refused the code: {0}")]
    Refused(String),
    /// The id token is not signed by a known key of the provider.
    #[error("the id token's signature: {0}")]
    Signature(String),
    /// The claims of the id token are not valid for this desk or this sign-in.
    #[error("the id token: {0}")]
    Claims(String),
    /// The instance is stopping.
    #[error("the request was cancelled")]
    Cancelled,
}

impl OidcFault {
    /// Why the sign-in failed, as one word for the log and for `access_log`.
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

    /// Whether another sign-in can succeed without a change of the settings.
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

    pub(super) fn of_discovery(error: DiscoveryError<OutgoingFault>) -> Self {
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

/// Returns the provider's error code if it looks like a code of RFC 6749. Any other text is
/// replaced, because it may repeat parts of our request, including secrets.
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

/// Checks that the discovery document has all endpoints that a sign-in needs. Also refuses
/// endpoints without TLS, which `openidconnect` accepts.
///
/// # Errors
/// [`OidcFault::Metadata`] with the first problem.
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

/// Whether the desk may send requests and redirects to this URL of the provider. It must be
/// `https`, or `http` on this machine. False for an invalid URL.
pub(super) fn is_fit(url: &str) -> bool {
    url.parse().is_ok_and(|uri| is_protected(&uri))
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
