//! Maps database errors to the codes that clients see, and logs the cause of each error once. No
//! other module maps database errors to codes.

use helpline_core::protocol::AgentRef;
use helpline_core::reject::{Reject, RejectCode};
use helpline_persistence::StoreError;

use crate::runtime::errors::{chain, unavailable};

/// The rejection that a client receives for a database error. Logs the error's cause.
pub fn reject_of(error: &StoreError) -> Reject {
    match error {
        StoreError::Refused { code, head } => {
            let mut reject = Reject::new(*code, sentence(*code));
            reject.head = *head;
            reject
        }
        StoreError::AssignedMeanwhile(now) => {
            let holder = match now {
                Some(AgentRef {
                    name: Some(name), ..
                }) => format!("{name} has the ticket now"),
                Some(AgentRef { name: None, .. }) => "another person has the ticket now".to_owned(),
                None => "the ticket is unassigned now".to_owned(),
            };
            Reject::new(RejectCode::Conflict, format!("assigned_to: {holder}"))
        }
        StoreError::Busy(_)
        | StoreError::Unreachable(_)
        | StoreError::ReadOnly
        | StoreError::PoolExhausted => {
            tracing::warn!(cause = %chain(error), "the database did not answer; the client was told to retry");
            unavailable()
        }
        StoreError::Data(_) => {
            tracing::warn!(cause = %chain(error), "the database refused the data of a request as invalid");
            Reject::new(RejectCode::InvalidField, "the data are not valid")
        }
        StoreError::Address(_)
        | StoreError::OverPrivileged(_)
        | StoreError::NotPrepared(_)
        | StoreError::FormerLayout
        | StoreError::Other(_)
        | StoreError::Row(_) => {
            tracing::error!(cause = %chain(error), "unexpected database error");
            Reject::new(RejectCode::Internal, "internal error")
        }
    }
}

/// The rejection for stored data that cannot be decoded.
pub fn unreadable() -> Reject {
    Reject::new(RejectCode::Internal, "stored data cannot be read")
}

/// The text that a client sees when the database refuses a request with this code.
fn sentence(code: RejectCode) -> &'static str {
    match code {
        RejectCode::NotFound => "no such ticket",
        RejectCode::Forbidden => "you do not have the right to do this",
        RejectCode::Blocked => "this account is blocked",
        RejectCode::TicketClosed => "the ticket is closed: reopen it first",
        RejectCode::TicketArchived => "the ticket is archived and read-only",
        RejectCode::InvalidTransition => "the ticket's status does not allow this transition",
        RejectCode::NotRatable => "only a resolved or closed ticket can be rated",
        RejectCode::KeyReused => "this key was already used for another text",
        RejectCode::Stale => "another message has been written since",
        RejectCode::Redacted => "the text of this message was removed",
        RejectCode::LegalHold => "the ticket is under a legal hold: nothing of it can be removed",
        RejectCode::Conflict => "already exists",
        RejectCode::PreconditionFailed => "changed by another person since it was read",
        RejectCode::InvalidBody => "the text is not valid",
        RejectCode::InvalidField => "a field is not valid",
        RejectCode::AttachmentNotFound => {
            "attachments: a file is not yours, not for this message, not complete, or in a message already"
        }
        RejectCode::QuotaExceeded => "the quota of files is used up",
        RejectCode::TooManyUploads => {
            "too many files wait for a message: send or delete some of them"
        }
        RejectCode::AttachmentGone => "key: the file that was reserved with this key is deleted",
        RejectCode::Malformed
        | RejectCode::AttachmentsOff
        | RejectCode::UploadInProgress
        | RejectCode::LengthRequired
        | RejectCode::DigestMismatch
        | RejectCode::AttachmentChecking
        | RejectCode::AttachmentInfected
        | RejectCode::AttachmentNotScannable
        | RejectCode::LinkInvalid
        | RejectCode::UnknownType
        | RejectCode::UnknownField
        | RejectCode::HelloExpected
        | RejectCode::NotAuthenticated
        | RejectCode::TokenExpired
        | RejectCode::TooLarge
        | RejectCode::NotSubscribed
        | RejectCode::TooManySubscriptions
        | RejectCode::RateLimited
        | RejectCode::Overloaded
        | RejectCode::Unavailable
        | RejectCode::RolesManaged
        | RejectCode::Internal => "refused",
    }
}
