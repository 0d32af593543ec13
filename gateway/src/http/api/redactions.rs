//! Permanently removes secrets from parts of a ticket other than messages: the subject, the comment
//! of a rating, and events of the history.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::on;
use helpline_core::policy::TicketAction;
use helpline_core::reject::RejectCode;
use helpline_persistence::StoreError;
use helpline_persistence::tickets::Redaction;
use utoipa::OpenApi;

use crate::http::current_user::{CurrentUser, OpenTicket};
use crate::http::endpoint::{Needs, Route};
use crate::http::extract::EventPath;
use crate::http::input::NoInput;
use crate::http::problem::Refusal;
use crate::services::Tickets;

const NEEDS: Needs = Needs::Ticket(&[TicketAction::RedactFields]);

const SUBJECT: Route = Route {
    method: "DELETE",
    path: "/v1/tickets/{ticket}/subject",
    needs: NEEDS,
    refused: "subject_redact_refused",
    read: None,
    handler: |method| on(method, subject),
};
const RATING_COMMENT: Route = Route {
    method: "DELETE",
    path: "/v1/tickets/{ticket}/rating/comment",
    needs: NEEDS,
    refused: "rating_redact_refused",
    read: None,
    handler: |method| on(method, rating_comment),
};
const EVENT: Route = Route {
    method: "DELETE",
    path: "/v1/tickets/{ticket}/activity/{seq}",
    needs: NEEDS,
    refused: "event_redact_refused",
    read: None,
    handler: |method| on(method, event),
};

/// The REST routes that redact subjects, rating comments and events.
pub(super) const ROUTES: &[Route] = &[SUBJECT, RATING_COMMENT, EVENT];

#[derive(OpenApi)]
#[openapi(paths(subject, rating_comment, event))]
pub(super) struct Docs;

/// Permanently removes a ticket's subject and all its former subjects. Admins only.
///
/// The subject becomes `[redacted]`.
#[utoipa::path(delete, path = SUBJECT.path, operation_id = "redact_subject", tag = "tickets",
    params(("ticket" = String, Path, description = "The ticket's id or number")),
    responses((status = 204, description = "The subject is removed")))]
pub async fn subject(
    user: CurrentUser,
    State(tickets): State<Arc<Tickets>>,
    ticket: OpenTicket,
    NoInput: NoInput,
) -> Result<StatusCode, Refusal> {
    let redaction = Redaction::Subject;
    tickets.redact(&user.caller, ticket.id(), redaction).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Permanently removes the comments of a ticket's current and former ratings. Admins only.
///
/// The ratings themselves are kept.
#[utoipa::path(delete, path = RATING_COMMENT.path, operation_id = "redact_rating_comment", tag = "tickets",
    params(("ticket" = String, Path, description = "The ticket's id or number")),
    responses((status = 204, description = "The comments are removed")))]
pub async fn rating_comment(
    user: CurrentUser,
    State(tickets): State<Arc<Tickets>>,
    ticket: OpenTicket,
    NoInput: NoInput,
) -> Result<StatusCode, Refusal> {
    let redaction = Redaction::RatingComment;
    tickets.redact(&user.caller, ticket.id(), redaction).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Permanently removes the texts of one event. Admins only.
///
/// A `logged` event loses its description and its old and new value. A `rated` event loses its
/// comment. The event keeps its number.
#[utoipa::path(delete, path = EVENT.path, operation_id = "redact_event", tag = "history",
    params(("ticket" = String, Path, description = "The ticket's id or number"), ("seq" = u64, Path, description = "The event's number in the staff numbering")),
    responses((status = 204, description = "The texts are removed")))]
pub async fn event(
    user: CurrentUser,
    State(tickets): State<Arc<Tickets>>,
    ticket: OpenTicket,
    EventPath(seq): EventPath,
    NoInput: NoInput,
) -> Result<StatusCode, Refusal> {
    let redaction = Redaction::Event(seq);
    tickets
        .redact(&user.caller, ticket.id(), redaction)
        .await
        .map_err(refusal_of_event)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Converts an error of the redaction into a refusal. The ticket has already been found, so
/// `not_found` from the database means that the event does not exist.
fn refusal_of_event(error: StoreError) -> Refusal {
    match error {
        StoreError::Refused {
            code: RejectCode::NotFound,
            ..
        } => Refusal::new(RejectCode::NotFound, "no such event"),
        StoreError::Refused {
            code: RejectCode::InvalidField,
            ..
        } => Refusal::field(
            "seq",
            "only logged and rated events contain text that can be removed",
        ),
        error => error.into(),
    }
}
