//! Why a request was refused, as a client sees it: a code, a sentence, and whether a retry can
//! help. Internal causes appear only in the log.

use crate::text_enum::text_enum;

text_enum!(
    /// The codes of `error` frames and of REST problems.
    RejectCode {
        /// The frame or body does not match its schema.
        Malformed = "malformed",
        /// There is no client frame of this type.
        UnknownType = "unknown_type",
        /// The first frame was not `hello`, or a second `hello` arrived.
        HelloExpected = "hello_expected",
        /// The token is missing or malformed, has a wrong issuer or algorithm, or has a role that
        /// may not sign in.
        NotAuthenticated = "not_authenticated",
        /// The token has expired.
        TokenExpired = "token_expired",
        /// The person is blocked.
        Blocked = "blocked",
        /// The person may not perform this action.
        Forbidden = "forbidden",
        /// The object does not exist, or the caller must not know that it exists.
        NotFound = "not_found",
        /// A field has an invalid value; the message names the field.
        InvalidField = "invalid_field",
        /// This server does not know a field, which the message names. A newer server may know it.
        UnknownField = "unknown_field",
        /// The text of a message, or an attachment, is invalid.
        InvalidBody = "invalid_body",
        /// The frame, JSON body or file exceeds its size limit.
        TooLarge = "too_large",
        /// This server stores no files.
        AttachmentsOff = "attachments_off",
        /// A message names a file that its author did not upload for this ticket and this kind of
        /// message, whose upload is not complete, or that another message has already.
        AttachmentNotFound = "attachment_not_found",
        /// A quota of files is used up: the person's or the desk's for 24 hours, or the ticket's.
        QuotaExceeded = "quota_exceeded",
        /// The person has too many uploads that no message names yet.
        TooManyUploads = "too_many_uploads",
        /// The same upload is being received on another connection.
        UploadInProgress = "upload_in_progress",
        /// The request has no `Content-Length`.
        LengthRequired = "length_required",
        /// The bytes of an upload do not have the digest that the request names.
        DigestMismatch = "digest_mismatch",
        /// The file is still being checked. It can be downloaded afterwards.
        AttachmentChecking = "attachment_checking",
        /// The file contains malware, and its bytes are deleted.
        AttachmentInfected = "attachment_infected",
        /// The file cannot be scanned for viruses, and the desk does not allow such files.
        AttachmentNotScannable = "attachment_not_scannable",
        /// The bytes of the file are no longer stored.
        AttachmentGone = "attachment_gone",
        /// The link has expired, or it was changed.
        LinkInvalid = "link_invalid",
        /// The ticket is closed and must be reopened first.
        TicketClosed = "ticket_closed",
        /// The ticket is archived and read-only.
        TicketArchived = "ticket_archived",
        /// The ticket's status does not allow this transition. The previous build calls this code
        /// `invalid_move`.
        InvalidTransition = "invalid_transition" | "invalid_move",
        /// Only a resolved or closed ticket can be rated.
        NotRatable = "not_ratable",
        /// The idempotency key was already used with a different text.
        KeyReused = "key_reused",
        /// Another person wrote a message after event `based_on`; `head` is the number of the
        /// ticket's last event.
        Stale = "stale",
        /// The message is redacted and has no text to edit.
        Redacted = "redacted",
        /// The ticket is under a legal hold, so nothing in it can be removed.
        LegalHold = "legal_hold",
        /// The object already exists, or the ticket's assignee is not the one that the caller saw.
        Conflict = "conflict",
        /// `If-Match` names another version: the object was changed since it was read.
        PreconditionFailed = "precondition_failed",
        /// The platform manages roles. The field `roles_managed_at` of `GET /v1/config` has the
        /// address of its page.
        RolesManaged = "roles_managed",
        /// The connection is not subscribed to the ticket that the frame names.
        NotSubscribed = "not_subscribed",
        /// The connection already has the maximum number of subscriptions.
        TooManySubscriptions = "too_many_subscriptions",
        /// The client sent too many requests or frames.
        RateLimited = "rate_limited",
        /// The server is overloaded; nothing was stored.
        Overloaded = "overloaded",
        /// A service that the request needs is unreachable. A message may or may not have been
        /// stored; the client can send it again with the same idempotency key.
        Unavailable = "unavailable",
        /// An error inside the server.
        Internal = "internal",
    }
);

impl RejectCode {
    /// The HTTP status of this code over REST.
    pub const fn http_status(self) -> u16 {
        match self {
            Self::Malformed | Self::UnknownType | Self::HelloExpected | Self::DigestMismatch => 400,
            Self::NotAuthenticated | Self::TokenExpired => 401,
            Self::Blocked | Self::Forbidden | Self::RolesManaged | Self::LinkInvalid => 403,
            Self::NotFound | Self::NotSubscribed | Self::AttachmentsOff => 404,
            Self::TicketClosed
            | Self::TicketArchived
            | Self::InvalidTransition
            | Self::NotRatable
            | Self::UploadInProgress => 409,
            Self::KeyReused | Self::Stale | Self::Redacted | Self::LegalHold | Self::Conflict => {
                409
            }
            Self::AttachmentInfected | Self::AttachmentNotScannable | Self::AttachmentGone => 410,
            Self::LengthRequired => 411,
            Self::PreconditionFailed => 412,
            Self::TooLarge => 413,
            Self::InvalidField
            | Self::UnknownField
            | Self::InvalidBody
            | Self::AttachmentNotFound => 422,
            Self::AttachmentChecking => 423,
            Self::RateLimited
            | Self::TooManySubscriptions
            | Self::QuotaExceeded
            | Self::TooManyUploads => 429,
            Self::Internal => 500,
            Self::Overloaded | Self::Unavailable => 503,
        }
    }

    /// Whether the same request may succeed if the client repeats it on the same connection.
    pub const fn is_passing(self) -> bool {
        matches!(
            self,
            Self::RateLimited
                | Self::Overloaded
                | Self::Unavailable
                | Self::UploadInProgress
                | Self::Internal
        )
    }

    /// Whether the same request may succeed after a reconnect, because the new connection may reach
    /// an instance of another build.
    pub const fn ends_with_connection(self) -> bool {
        matches!(self, Self::UnknownField)
    }
}

/// A refusal, as it is sent to a client.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct Reject {
    /// The reason, for programs.
    pub code: RejectCode,
    /// The reason as a sentence for people. It never contains an internal cause, a path or a
    /// secret.
    pub message: String,
    /// Delay before a retry, in milliseconds; `None` if a retry cannot help.
    pub retry_after_ms: Option<u64>,
    /// With [`RejectCode::Stale`]: the number of the ticket's last event.
    pub head: Option<crate::ids::Seq>,
}

impl Reject {
    /// A refusal with this code and message, without a retry hint.
    pub fn new(code: RejectCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            retry_after_ms: None,
            head: None,
        }
    }

    /// Adds the delay after which the client may retry, in milliseconds.
    #[must_use]
    pub const fn retry_after_ms(mut self, ms: u64) -> Self {
        self.retry_after_ms = Some(ms);
        self
    }

    /// The refusal for a ticket that does not exist and for another customer's ticket; the two must
    /// be indistinguishable.
    pub fn not_found() -> Self {
        Self::new(RejectCode::NotFound, "no such ticket")
    }
}

/// Why the server closed a socket. After a code from 4000 to 4499, the client reconnects. After a
/// code from 4500 to 4999, it reconnects only once something has changed, such as its token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u16)]
pub enum CloseCode {
    /// The instance is restarting. The client should reconnect, to any instance.
    Restart = 1012,
    /// A frame exceeds the size limit.
    TooBig = 1009,
    /// The client read nothing for too long, or read more slowly than frames arrived.
    TooSlow = 4001,
    /// No `pong` arrived within 1.5 heartbeat intervals.
    NoPong = 4002,
    /// The person's role changed after the connection was opened.
    RoleChanged = 4003,
    /// The client sent frames above the rate limit for too long.
    Rate = 4008,
    /// The instance has its maximum number of connections.
    Full = 4009,
    /// The client violated the protocol.
    Protocol = 4500,
    /// The client sent no valid token in time, or its token expired.
    NotAuthenticated = 4501,
    /// The person was blocked, or lost their staff role.
    Revoked = 4503,
    /// The person has too many connections.
    TooManyConnections = 4504,
}

impl CloseCode {
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

    /// The number that the Close frame contains.
    pub const fn code(self) -> u16 {
        self as u16
    }

    /// The reason that the Close frame contains: at most a few words.
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
