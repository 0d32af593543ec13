//! Sends, edits and redacts messages over REST. Messages sent over REST and over the WebSocket go
//! through the same group commit (one transaction for many messages).

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use helpline_core::actor::Audience;
use helpline_core::history::HistoryRow;
use helpline_core::ids::{MessageId, TicketId, TicketRef};
use helpline_core::policy::{self, TicketAction};
use helpline_core::protocol::{CustomerEvent, MessageEdit, MessageStored, NewMessage, StaffEvent};
use helpline_core::reject::Reject;
use helpline_persistence::{Store, messages as persisted, tickets};
use uuid::Uuid;

use super::parse::{parse_body, parse_content};
use crate::http::current_user::{CurrentUser, NamedTicket, OpenTicket};
use crate::http::endpoint::{Needs, Route};
use crate::http::extract::{IdempotencyKey, MessagePath};
use crate::http::input::{JsonBody, NoInput};
use crate::http::problem::Refusal;
use crate::services::Messages;
use axum::routing::on;
use utoipa::OpenApi;

const SEND: Route = Route {
    method: "POST",
    path: "/v1/tickets/{ticket}/messages",
    needs: Needs::TicketUnderLock(&[TicketAction::Send, TicketAction::SendNote]),
    refused: "send_refused",
    read: None,
    handler: |method| on(method, send),
};
const EDIT: Route = Route {
    method: "PATCH",
    path: "/v1/tickets/{ticket}/messages/{message}",
    needs: Needs::Ticket(&[TicketAction::EditOwn]),
    refused: "message_edit_refused",
    read: None,
    handler: |method| on(method, edit),
};
const REDACT: Route = Route {
    method: "DELETE",
    path: "/v1/tickets/{ticket}/messages/{message}",
    needs: Needs::Ticket(&[TicketAction::Redact]),
    refused: "message_redact_refused",
    read: None,
    handler: |method| on(method, redact),
};

/// The REST routes that send, edit and redact messages.
pub(super) const ROUTES: &[Route] = &[SEND, EDIT, REDACT];

#[derive(OpenApi)]
#[openapi(paths(send, edit, redact))]
pub(super) struct Docs;

/// Sends a message or, with `internal`, an internal note.
///
/// If a message with this `Idempotency-Key` already exists, the response is 200 with the number of
/// that message.
#[utoipa::path(post, path = SEND.path, operation_id = "send_message", tag = "messages",
    params(("ticket" = String, Path, description = "The ticket's id or number"), ("Idempotency-Key" = String, Header, description = "Identifies this message across retries")),
    request_body = NewMessage,
    responses((status = 201, body = MessageStored), (status = 200, body = MessageStored, description = "The key was already used for this message")))]
pub async fn send(
    user: CurrentUser,
    State(messages): State<Arc<Messages>>,
    State(store): State<Store>,
    NamedTicket(ticket): NamedTicket,
    IdempotencyKey(key): IdempotencyKey,
    JsonBody(new): JsonBody<NewMessage>,
) -> Result<Response, Refusal> {
    let internal = new.internal.unwrap_or(false);
    let attachments = new.attachments.unwrap_or_default();
    let body = parse_content("body", new.body, &attachments)?;
    // Do not check the ticket's state at this point. A retry with the same `Idempotency-Key` must
    // get the original response, even if the ticket has been closed since the original request.
    let ticket = match ticket {
        TicketRef::Id(id) => id,
        TicketRef::Number(_) => by_number(&store, &user, &ticket).await?,
    };
    let message = persisted::NewMessage {
        id: MessageId::new(Uuid::now_v7()),
        ticket,
        sender: user.actor().user,
        key,
        body,
        internal,
        attachments,
        based_on: new.based_on,
        address: user.caller.address,
        user_agent: user.caller.user_agent.clone(),
    };
    // Do not record a refused message in `access_log` at this point: the message writer has
    // already recorded it.
    let stored = messages
        .send(message)
        .await
        .map_err(Refusal::already_recorded)?;
    let status = if stored.duplicate {
        StatusCode::OK
    } else {
        StatusCode::CREATED
    };
    Ok((
        status,
        Json(MessageStored {
            seq: stored.seq,
            at: stored.at,
            duplicate: stored.duplicate,
        }),
    )
        .into_response())
}

/// Changes the text of one of the caller's messages.
///
/// Staff can still see the old text in the history. Returns 204 if the new text equals the old one.
#[utoipa::path(patch, path = EDIT.path, operation_id = "edit_message", tag = "messages",
    params(("ticket" = String, Path, description = "The ticket's id or number"), ("message" = String, Path, description = "The message's id")),
    request_body = MessageEdit,
    responses((status = 200, body = ref("#/components/schemas/Event"), description = "For customers: CustomerEvent"), (status = 204, description = "The text was the same")))]
pub async fn edit(
    user: CurrentUser,
    State(messages): State<Arc<Messages>>,
    ticket: OpenTicket,
    MessagePath(message): MessagePath,
    JsonBody(edit): JsonBody<MessageEdit>,
) -> Result<Response, Refusal> {
    let body = parse_body("body", edit.body)?;
    let rows = messages
        .edit(&user.caller, ticket.id(), message, &body)
        .await?;
    Ok(event(&rows, ticket.audience(&user))
        .unwrap_or_else(|| StatusCode::NO_CONTENT.into_response()))
}

/// Permanently removes a message's text, its earlier versions and its attachments.
///
/// Admins may remove any message. Other people may remove only their own.
#[utoipa::path(delete, path = REDACT.path, operation_id = "redact_message", tag = "messages",
    params(("ticket" = String, Path, description = "The ticket's id or number"), ("message" = String, Path, description = "The message's id")),
    responses((status = 204, description = "The text is removed")))]
pub async fn redact(
    user: CurrentUser,
    State(messages): State<Arc<Messages>>,
    ticket: OpenTicket,
    MessagePath(message): MessagePath,
    NoInput: NoInput,
) -> Result<StatusCode, Refusal> {
    messages.redact(&user.caller, ticket.id(), message).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Looks up a ticket by its number. Returns its id if the person may read the ticket.
async fn by_number(
    store: &Store,
    user: &CurrentUser,
    ticket: &TicketRef,
) -> Result<TicketId, Refusal> {
    let opened = tickets::access(store, ticket)
        .await?
        .ok_or_else(Reject::not_found)?;
    policy::decide(user.actor(), TicketAction::Read, &opened.facts)?;
    Ok(opened.facts.id)
}

/// Returns a response with the last of the history rows that this audience may see. Returns `None`
/// if the audience may see none of the rows.
fn event(rows: &[HistoryRow], audience: Audience) -> Option<Response> {
    match audience {
        Audience::Staff => rows
            .last()
            .map(|row| Json(StaffEvent::from(row)).into_response()),
        Audience::Customer => rows
            .iter()
            .rev()
            .find_map(CustomerEvent::from_row)
            .map(|event| Json(event).into_response()),
    }
}
