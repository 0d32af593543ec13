//! The rule that refuses an outgoing request.

use super::address::AddressKind;

/// Why an outgoing request is refused before a connection is opened. The texts name no address that
/// a host name leads to, so that they reveal nothing about a private network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The text is no URL.
    #[error("this is not a valid URL")]
    Url,
    /// The URL has another scheme than `https` and `http`.
    #[error("the URL must begin with https:// or http://")]
    Scheme,
    /// The URL contains a user name or a password.
    #[error("the URL must not contain a user name or a password")]
    User,
    /// The port is 0, or belongs to a service that does not use HTTP.
    #[error("requests to port {0} are not allowed")]
    Port(u16),
    /// The URL is `http`, on a host for which only `https` is allowed.
    #[error("{host} is not https, and {exception}")]
    ClearText {
        /// The host of the URL.
        host: String,
        /// The condition under which `http` would be allowed, which the host does not meet.
        exception: &'static str,
    },
    /// The host is, or leads to, an address that must not be called.
    #[error("{host} leads to {kind}")]
    Address {
        /// The host of the URL.
        host: String,
        /// The kind of the first refused address.
        kind: AddressKind,
    },
}

impl Refusal {
    /// The rule as one word, for clients and logs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Url => "url_invalid",
            Self::Scheme => "scheme_not_allowed",
            Self::User => "user_not_allowed",
            Self::Port(_) => "port_not_allowed",
            Self::ClearText { .. } => "clear_text",
            Self::Address { .. } => "address_not_allowed",
        }
    }
}
