//! Removing secrets that are not in a message: from the subject, the rating's comment, the history.

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

/// The routes.
pub(super) const ROUTES: &[Route] = &[SUBJECT, RATING_COMMENT, EVENT];

#[derive(OpenApi)]
#[openapi(paths(subject, rating_comment, event))]
pub(super) struct Docs;

/// Permanently removes the subject and every former one; `[redacted]` takes its place. Admins.
#[utoipa::path(delete, path = SUBJECT.path, operation_id = "redact_subject", tag = "tickets",
    params(("ticket" = String, Path, description = "Id or number")),
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

/// Permanently removes the comments of the present rating and of all former ones; the ratings stay. Admins.
#[utoipa::path(delete, path = RATING_COMMENT.path, operation_id = "redact_rating_comment", tag = "tickets",
    params(("ticket" = String, Path, description = "Id or number")),
    responses((status = 204, description = "No comment is left")))]
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

/// Permanently removes what was written into one event: the description and both values of `logged`, the comment of `rated`. The event keeps
/// its number. Admins.
#[utoipa::path(delete, path = EVENT.path, operation_id = "redact_event", tag = "history",
    params(("ticket" = String, Path, description = "Id or number"), ("seq" = u64, Path, description = "The event's number, as staff count")),
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

/// The ticket is there: what the database does not find is the event.
fn refusal_of_event(error: StoreError) -> Refusal {
    match error {
        StoreError::Refused {
            code: RejectCode::NotFound,
            ..
        } => Refusal::new(RejectCode::NotFound, "no such event"),
        StoreError::Refused {
            code: RejectCode::InvalidField,
            ..
        } => Refusal::field("seq", "only logged and rated events hold a person's text"),
        error => error.into(),
    }
}
