//! Errors of outgoing requests.

use std::io;

use super::refusal::Refusal;
use super::resolver::LookupFailed;

/// Why an outgoing request has no answer.
#[derive(Debug, thiserror::Error)]
pub enum OutgoingFault {
    /// A rule refuses the request. No connection was opened.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The body of the request is longer than
    /// [`OUTGOING_REQUEST_BYTES_MAX`](helpline_core::limits::OUTGOING_REQUEST_BYTES_MAX).
    #[error("the request to {host} is too large")]
    RequestTooLarge {
        /// The host of the URL.
        host: String,
    },
    /// The host has no address.
    #[error("{host} has no address")]
    HostNotFound {
        /// The host of the URL.
        host: String,
        /// The error of the lookup, if it gave one.
        source: Option<io::Error>,
    },
    /// The service did not answer in time.
    #[error("{host} does not answer in time")]
    TooSlow {
        /// The host of the URL.
        host: String,
    },
    /// The headers or the body of the answer are too large.
    #[error("the answer of {host} is too large")]
    AnswerTooLarge {
        /// The host of the URL.
        host: String,
    },
    /// The connection failed, the certificate is not trusted, or the answer is not HTTP.
    #[error("asking {host}")]
    Failed {
        /// The host of the URL.
        host: String,
        /// The error of the HTTP library.
        source: Box<ureq::Error>,
    },
}

impl OutgoingFault {
    /// The reason as one word, for clients and logs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.code(),
            Self::RequestTooLarge { .. } => "request_too_large",
            Self::HostNotFound { .. } => "unknown_host",
            Self::TooSlow { .. } => "timeout",
            Self::AnswerTooLarge { .. } => "answer_too_large",
            Self::Failed { .. } => "connection_failed",
        }
    }

    /// Reads the error of the HTTP library.
    pub(super) fn of_library(host: String, error: ureq::Error) -> Self {
        match error {
            ureq::Error::Other(inner) => Self::of_resolver(host, inner),
            ureq::Error::HostNotFound => Self::HostNotFound { host, source: None },
            ureq::Error::Timeout(_) => Self::TooSlow { host },
            ureq::Error::LargeResponseHeader(..) | ureq::Error::BodyExceedsLimit(_) => {
                Self::AnswerTooLarge { host }
            }
            other => Self::Failed {
                host,
                source: Box::new(other),
            },
        }
    }

    /// Reads the error of our own resolver, which the HTTP library passes on.
    fn of_resolver(host: String, error: Box<dyn std::error::Error + Send + Sync>) -> Self {
        let error = match error.downcast::<Refusal>() {
            Ok(refusal) => return Self::Refused(*refusal),
            Err(other) => other,
        };
        match error.downcast::<LookupFailed>() {
            Ok(lookup) => Self::HostNotFound {
                host,
                source: Some(lookup.0),
            },
            Err(other) => Self::Failed {
                host,
                source: Box::new(ureq::Error::Other(other)),
            },
        }
    }
}
