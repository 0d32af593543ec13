//! Why something was refused, as a client sees it: a code, a sentence, and whether coming back helps. Causes stay in the log.

use crate::text_enum::text_enum;

text_enum!(
    /// The codes of `error` frames and of REST problems.
    RejectCode {
        /// The frame or body does not have the form of its type.
        Malformed = "malformed",
        /// No such client frame.
        UnknownType = "unknown_type",
        /// Something other than `hello` came first, or `hello` came twice.
        HelloExpected = "hello_expected",
        /// The token is missing, broken, of another issuer or algorithm, or of a role that may not sign in.
        NotAuthenticated = "not_authenticated",
        /// The token has expired.
        TokenExpired = "token_expired",
        /// The person is blocked.
        Blocked = "blocked",
        /// The person may not do this.
        Forbidden = "forbidden",
        /// It does not exist, or this person may not know that it exists.
        NotFound = "not_found",
        /// A field has an invalid value; the message names it.
        InvalidField = "invalid_field",
        /// This server does not know the field, which the message names. A newer server may.
        UnknownField = "unknown_field",
        /// The text or an attachment is not valid.
        InvalidBody = "invalid_body",
        /// More than the limit of frames or JSON bodies.
        TooLarge = "too_large",
        /// The ticket is closed and must be reopened first.
        TicketClosed = "ticket_closed",
        /// The ticket is archived: read-only.
        TicketArchived = "ticket_archived",
        /// The ticket's status does not allow this transition. The previous build calls it `invalid_move`.
        InvalidTransition = "invalid_transition" | "invalid_move",
        /// Only a resolved or closed ticket is rated.
        NotRatable = "not_ratable",
        /// The key was used for another text.
        KeyReused = "key_reused",
        /// Another message has been written since `based_on`; `head` is the ticket's head.
        Stale = "stale",
        /// The message is redacted: there is no text to change.
        Redacted = "redacted",
        /// The ticket is under a legal hold: nothing of it is removed.
        LegalHold = "legal_hold",
        /// It already exists, or a ticket is assigned to another person than the caller saw.
        Conflict = "conflict",
        /// It is not as `If-Match` expects: it was changed since it was read.
        PreconditionFailed = "precondition_failed",
        /// Roles are managed by the platform, on the page that `roles_managed_at` of `GET /v1/config` names.
        RolesManaged = "roles_managed",
        /// Not subscribed to that ticket.
        NotSubscribed = "not_subscribed",
        /// The connection has the maximum number of subscriptions.
        TooManySubscriptions = "too_many_subscriptions",
        /// Too many requests.
        RateLimited = "rate_limited",
        /// The server is overloaded; nothing was stored.
        Overloaded = "overloaded",
        /// A service that the request needs cannot be reached now. A send may or may not be stored: repeat it with its key.
        Unavailable = "unavailable",
        /// An error in the server.
        Internal = "internal",
    }
);

impl RejectCode {
    /// The HTTP status of the same refusal over REST.
    pub const fn http_status(self) -> u16 {
        match self {
            Self::Malformed | Self::UnknownType | Self::HelloExpected => 400,
            Self::NotAuthenticated | Self::TokenExpired => 401,
            Self::Blocked | Self::Forbidden | Self::RolesManaged => 403,
            Self::NotFound | Self::NotSubscribed => 404,
            Self::TicketClosed
            | Self::TicketArchived
            | Self::InvalidTransition
            | Self::NotRatable => 409,
            Self::KeyReused | Self::Stale | Self::Redacted | Self::LegalHold | Self::Conflict => {
                409
            }
            Self::PreconditionFailed => 412,
            Self::TooLarge => 413,
            Self::InvalidField | Self::UnknownField | Self::InvalidBody => 422,
            Self::RateLimited | Self::TooManySubscriptions => 429,
            Self::Internal => 500,
            Self::Overloaded | Self::Unavailable => 503,
        }
    }

    /// Whether the same request may succeed later, unchanged, on the same connection.
    pub const fn is_passing(self) -> bool {
        matches!(
            self,
            Self::RateLimited | Self::Overloaded | Self::Unavailable | Self::Internal
        )
    }

    /// Whether the same request may succeed, unchanged, after the next `welcome`: from a server of another build.
    pub const fn ends_with_connection(self) -> bool {
        matches!(self, Self::UnknownField)
    }
}

/// A refusal on its way to a client.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct Reject {
    /// What a program acts on.
    pub code: RejectCode,
    /// What a person reads. Never a cause, a path or a secret.
    pub message: String,
    /// When to come back, if that helps.
    pub retry_after_ms: Option<u64>,
    /// The ticket's head, with [`RejectCode::Stale`].
    pub head: Option<crate::ids::Seq>,
}

impl Reject {
    /// A refusal with this code and sentence.
    pub fn new(code: RejectCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            retry_after_ms: None,
            head: None,
        }
    }

    /// The same, with a hint when to come back.
    #[must_use]
    pub const fn retry_after_ms(mut self, ms: u64) -> Self {
        self.retry_after_ms = Some(ms);
        self
    }

    /// The same answer for a ticket that does not exist and for another customer's.
    pub fn not_found() -> Self {
        Self::new(RejectCode::NotFound, "no such ticket")
    }
}

/// Why a socket was closed. The range decides: 4000–4499 come back, 4500–4999 stay away until something changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u16)]
pub enum CloseCode {
    /// The instance restarts: come back, to whichever instance answers.
    Restart = 1012,
    /// A frame beyond the limit.
    TooBig = 1009,
    /// The reader took nothing for too long, or less than came.
    TooSlow = 4001,
    /// No `pong` in 1.5 heartbeats.
    NoPong = 4002,
    /// The person has another role than the one that the connection was opened with.
    RoleChanged = 4003,
    /// Too many frames for too long.
    Rate = 4008,
    /// The instance is full.
    Full = 4009,
    /// The client breaks the protocol.
    Protocol = 4500,
    /// No good token in time, or the token ended.
    NotAuthenticated = 4501,
    /// The person is blocked, or no longer of the staff.
    Revoked = 4503,
    /// This person has too many connections.
    TooManyConnections = 4504,
}

impl CloseCode {
    /// Every close code.
    pub const ALL: &'static [Self] = &[
        Self::Restart,
        Self::TooBig,
        Self::TooSlow,
        Self::NoPong,
        Self::RoleChanged,
        Self::Rate,
        Self::Full,
        Self::Protocol,
        Self::NotAuthenticated,
        Self::Revoked,
        Self::TooManyConnections,
    ];

    /// The number on the wire.
    pub const fn code(self) -> u16 {
        self as u16
    }

    /// The reason on the wire, one word or two.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Restart => "restart",
            Self::TooBig => "too big",
            Self::TooSlow => "too slow",
            Self::NoPong => "no pong",
            Self::RoleChanged => "role changed",
            Self::Rate => "rate",
            Self::Full => "full",
            Self::Protocol => "protocol",
            Self::NotAuthenticated => "not authenticated",
            Self::Revoked => "revoked",
            Self::TooManyConnections => "too many connections",
        }
    }
}
