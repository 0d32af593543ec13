//! Writing messages: through the same group commit as the socket's `send`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use helpline_core::actor::Audience;
use helpline_core::body::{Body, check_attachments};
use helpline_core::history::HistoryRow;
use helpline_core::ids::{MessageId, TicketRef};
use helpline_core::policy::TicketAction;
use helpline_core::protocol::{CustomerEvent, MessageEdit, MessageStored, NewMessage, StaffEvent};
use helpline_core::reject::{Reject, RejectCode};
use helpline_persistence::messages as record;
use uuid::Uuid;

use crate::http::extract::{IdempotencyKey, MessagePath, Signed, TicketPath};
use crate::http::input::{JsonBody, NoInput};
use crate::http::problem::Refusal;
use crate::http::state::Shared;

/// Writes a message, or a note with `internal`. The same key again answers 200 and the first one's place.
#[utoipa::path(post, path = "/v1/tickets/{ticket}/messages", tag = "messages",
    params(("ticket" = String, Path, description = "Id or number"), ("Idempotency-Key" = String, Header, description = "Names this send")),
    request_body = NewMessage,
    responses((status = 201, body = MessageStored), (status = 200, body = MessageStored, description = "The key was known")))]
pub async fn send(
    signed: Signed,
    State(http): State<Shared>,
    TicketPath(ticket): TicketPath,
    IdempotencyKey(key): IdempotencyKey,
    JsonBody(new): JsonBody<NewMessage>,
) -> Result<Response, Refusal> {
    let internal = new.is_note().map_err(Reject::from)?;
    let body = parse_body("body", new.body)?;
    let attachments = new.attachments.unwrap_or_default();
    check_attachments(&attachments).map_err(|error| Refusal::field("attachments", error))?;
    // No look at the ticket's state here: the key comes first, and a send that is already stored answers so on a closed ticket too.
    let ticket = match ticket {
        TicketRef::Id(id) => id,
        TicketRef::Number(_) => signed.on(&http, &ticket, &[]).await?.0,
    };
    let message = record::NewMessage {
        id: MessageId::new(Uuid::now_v7()),
        ticket,
        sender: signed.actor().user,
        key,
        body,
        internal,
        attachments,
        based_on: new.based_on,
        address: signed.doer.address,
        user_agent: signed.doer.user_agent.clone(),
    };
    // The writer records its refusals itself: it serves the sockets too.
    let stored = http.parts.services.messages.send(message).await.map_err(Refusal::already_recorded)?;
    let status = if stored.duplicate { StatusCode::OK } else { StatusCode::CREATED };
    Ok((status, Json(MessageStored { seq: stored.seq, at: stored.at, duplicate: stored.duplicate })).into_response())
}

/// Changes the text of a message of one's own; the old text stays in the history, for staff. Nothing changed: 204.
#[utoipa::path(patch, path = "/v1/tickets/{ticket}/messages/{message}", tag = "messages",
    params(("ticket" = String, Path, description = "Id or number"), ("message" = String, Path, description = "The message's id")),
    request_body = MessageEdit,
    responses((status = 200, body = StaffEvent, description = "For a customer: CustomerEvent"), (status = 204, description = "The text was the same")))]
pub async fn edit(
    signed: Signed,
    State(http): State<Shared>,
    MessagePath(ticket, message): MessagePath,
    JsonBody(edit): JsonBody<MessageEdit>,
) -> Result<Response, Refusal> {
    let body = parse_body("body", edit.body)?;
    let (ticket, audience) = signed.on(&http, &ticket, &[TicketAction::EditOwn]).await?;
    let rows = http.parts.services.messages.edit(&signed.doer, ticket, message, &body).await?;
    Ok(event(&rows, audience).unwrap_or_else(|| StatusCode::NO_CONTENT.into_response()))
}

/// Removes a message's text for good, old versions and attachments included: one's own, or as an admin anybody's.
#[utoipa::path(delete, path = "/v1/tickets/{ticket}/messages/{message}", tag = "messages",
    params(("ticket" = String, Path, description = "Id or number"), ("message" = String, Path, description = "The message's id")),
    responses((status = 204, description = "The text is gone")))]
pub async fn redact(
    signed: Signed,
    State(http): State<Shared>,
    MessagePath(ticket, message): MessagePath,
    NoInput: NoInput,
) -> Result<StatusCode, Refusal> {
    let (ticket, _) = signed.on(&http, &ticket, &[TicketAction::Redact]).await?;
    http.parts.services.messages.redact(&signed.doer, ticket, message).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The last of the rows, as this side sees it.
fn event(rows: &[HistoryRow], audience: Audience) -> Option<Response> {
    match audience {
        Audience::Staff => rows.last().map(|row| Json(StaffEvent::from(row)).into_response()),
        Audience::Customer => rows.iter().rev().find_map(CustomerEvent::from_row).map(|event| Json(event).into_response()),
    }
}

/// Takes a message's text, or names the field that holds a bad one.
pub(crate) fn parse_body(field: &str, text: String) -> Result<Body, Refusal> {
    Body::parse(text).map_err(|error| Refusal::new(RejectCode::InvalidBody, format!("{field}: {error}")))
}
