//! Tickets: opening, changing, rating, listing.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use helpline_core::actor::Audience;
use helpline_core::body::{Subject, check_attachments};
use helpline_core::ids::{MessageId, TicketId, UserId};
use helpline_core::limits;
use helpline_core::policy::{DeskAction, TicketAction};
use helpline_core::protocol::{CustomerTicket, CustomerTicketPage, NewRating, NewTicket, StaffTicket, StaffTicketPage, TicketPatch};
use helpline_core::reject::{Reject, RejectCode};
use helpline_core::ticket::Priority;
use helpline_persistence::tickets::{self as record, Assignee, Patch};
use serde_json::json;
use uuid::Uuid;

use super::messages::parse_body;
use super::ticket_list::{ListParams, Scope};
use crate::http::extract::{IdempotencyKey, Signed, TicketPath};
use crate::http::input::{JsonBody, NoInput, Params};
use crate::http::problem::Refusal;
use crate::http::state::{Http, Shared};
use crate::services::tickets::actions_of;

/// A page of tickets: the own ones, or with `scope=all` everybody's (staff).
#[utoipa::path(get, path = "/v1/tickets", tag = "tickets", params(ListParams),
    responses((status = 200, body = CustomerTicketPage, description = "With scope=all: StaffTicketPage")))]
pub async fn list(signed: Signed, State(http): State<Shared>, Params(params): Params<ListParams>) -> Result<Response, Refusal> {
    let scope = params.scope()?;
    signed.may(if scope == Scope::All { DeskAction::ListAll } else { DeskAction::ListOwn })?;
    let query = params.query(scope, signed.actor().user)?;
    match scope {
        Scope::All => {
            let action = query.search.as_ref().map(|_| "tickets_searched");
            signed.attempt.record_read(&http, action, params.detail()).await?;
            let listed = record::list_for_staff(&http.parts.store, signed.reader(Audience::Staff), &query).await;
            let page = listed?;
            Ok(Json(StaffTicketPage { tickets: page.tickets, next_cursor: page.next_cursor }).into_response())
        }
        Scope::Own => {
            let listed = record::list_for_customer(&http.parts.store, signed.reader(Audience::Customer), &query).await;
            let page = listed?;
            Ok(Json(CustomerTicketPage { tickets: page.tickets, next_cursor: page.next_cursor }).into_response())
        }
    }
}

/// Opens a ticket. The same key again answers 200 and the first one's ticket.
#[utoipa::path(post, path = "/v1/tickets", tag = "tickets",
    params(("Idempotency-Key" = String, Header, description = "Names this ticket until it is answered")), request_body = NewTicket,
    responses((status = 201, body = CustomerTicket), (status = 200, body = CustomerTicket, description = "The key was known")))]
pub async fn create(
    signed: Signed,
    State(http): State<Shared>,
    IdempotencyKey(key): IdempotencyKey,
    JsonBody(new): JsonBody<NewTicket>,
) -> Result<Response, Refusal> {
    signed.may(DeskAction::CreateTicket)?;
    let attachments = new.attachments.unwrap_or_default();
    check_attachments(&attachments).map_err(|error| Refusal::field("attachments", error))?;
    let metadata = new.metadata.unwrap_or_default();
    let metadata_bytes = serde_json::to_vec(&metadata).map_or(usize::MAX, |json| json.len());
    if metadata_bytes > limits::METADATA_BYTES_MAX {
        return Err(Refusal::field("metadata", format!("has at most {} bytes", limits::METADATA_BYTES_MAX)));
    }
    let new = record::NewTicket {
        id: TicketId::new(Uuid::now_v7()),
        message: MessageId::new(Uuid::now_v7()),
        key,
        subject: Subject::parse(&new.subject).map_err(|error| Refusal::field("subject", error))?,
        category: new.category,
        priority: new.priority.unwrap_or(Priority::Medium),
        description: parse_body("description", new.description)?,
        attachments,
        metadata,
    };
    let created = http.parts.services.tickets.create(&signed.doer, &new).await?;
    let ticket = show(&http, &signed, created.id, Audience::Customer).await?;
    let status = if created.duplicate { StatusCode::OK } else { StatusCode::CREATED };
    Ok((status, [(header::LOCATION, format!("/v1/tickets/{}", created.id))], ticket).into_response())
}

/// One ticket, by id or number.
#[utoipa::path(get, path = "/v1/tickets/{ticket}", tag = "tickets", params(("ticket" = String, Path, description = "Id or number")),
    responses((status = 200, body = StaffTicket, description = "For its customer: CustomerTicket")))]
pub async fn open(
    signed: Signed,
    State(http): State<Shared>,
    TicketPath(ticket): TicketPath,
    NoInput: NoInput,
) -> Result<Response, Refusal> {
    let (ticket, audience) = signed.on(&http, &ticket, &[TicketAction::Read]).await?;
    if audience == Audience::Staff {
        signed.attempt.record_read(&http, None, json!({})).await?;
    }
    show(&http, &signed, ticket, audience).await
}

/// Changes the fields given, all or none. Customers may change the status alone: close, reopen.
#[utoipa::path(patch, path = "/v1/tickets/{ticket}", tag = "tickets", params(("ticket" = String, Path, description = "Id or number")),
    request_body = TicketPatch, responses((status = 200, body = StaffTicket, description = "For its customer: CustomerTicket")))]
pub async fn change(
    signed: Signed,
    State(http): State<Shared>,
    TicketPath(ticket): TicketPath,
    JsonBody(body): JsonBody<TicketPatch>,
) -> Result<Response, Refusal> {
    let change = Change::parse(&body, signed.actor().user)?;
    // First whether the ticket is there for this person, then whether the body makes sense.
    let (ticket, audience) = signed.on(&http, &ticket, &change.actions().collect::<Vec<_>>()).await?;
    if change.is_nothing() {
        return Err(Refusal::field("body", "nothing to change"));
    }
    http.parts.services.tickets.change(&signed.doer, ticket, change.patch).await?;
    show(&http, &signed, ticket, audience).await
}

/// Rates a resolved or closed ticket, as its customer.
#[utoipa::path(put, path = "/v1/tickets/{ticket}/rating", tag = "tickets", params(("ticket" = String, Path, description = "Id or number")),
    request_body = NewRating, responses((status = 200, body = CustomerTicket)))]
pub async fn rate(
    signed: Signed,
    State(http): State<Shared>,
    TicketPath(ticket): TicketPath,
    JsonBody(rating): JsonBody<NewRating>,
) -> Result<Response, Refusal> {
    let (ticket, audience) = signed.on(&http, &ticket, &[TicketAction::Rate]).await?;
    if !(1..=5).contains(&rating.satisfaction_rating) {
        return Err(Refusal::field("satisfaction_rating", "must be from 1 to 5"));
    }
    let comment = rating.satisfaction_comment.as_deref().map(str::trim).filter(|comment| !comment.is_empty());
    if comment.is_some_and(|comment| comment.chars().count() > limits::RATING_COMMENT_CHARS_MAX) {
        return Err(Refusal::field("satisfaction_comment", format!("has at most {} characters", limits::RATING_COMMENT_CHARS_MAX)));
    }
    if comment.is_some_and(|comment| comment.chars().any(|c| c.is_control() && c != '\n' && c != '\t')) {
        return Err(Refusal::field("satisfaction_comment", "must not contain control characters"));
    }
    http.parts.services.tickets.rate(&signed.doer, ticket, rating.satisfaction_rating, comment).await?;
    show(&http, &signed, ticket, audience).await
}

/// The ticket as this side of it sees it.
async fn show(http: &Http, signed: &Signed, ticket: TicketId, audience: Audience) -> Result<Response, Refusal> {
    let (store, reader) = (&http.parts.store, signed.reader(audience));
    let found = match audience {
        Audience::Staff => record::get_for_staff(store, reader, ticket).await.map(|ticket| ticket.map(|it| Json(it).into_response())),
        Audience::Customer => record::get_for_customer(store, reader, ticket).await.map(|ticket| ticket.map(|it| Json(it).into_response())),
    };
    Ok(found?.ok_or_else(Reject::not_found)?)
}

/// What a `TicketPatch` asks for.
pub(crate) struct Change {
    pub(crate) patch: Patch,
}

impl Change {
    /// Takes a patch as this person wrote it.
    ///
    /// # Errors
    /// When `assigned_to` names nobody.
    pub(crate) fn parse(patch: &TicketPatch, me: UserId) -> Result<Self, Refusal> {
        let assigned_to = patch.assigned_to.as_deref().map(|word| parse_assignee(word, me)).transpose()?;
        Ok(Self { patch: Patch { status: patch.status, priority: patch.priority, category: patch.category, assigned_to } })
    }

    /// What the policy is asked for.
    pub(crate) fn actions(&self) -> impl Iterator<Item = TicketAction> {
        actions_of(&self.patch)
    }

    /// Whether no field is given.
    pub(crate) fn is_nothing(&self) -> bool {
        self.patch == Patch::default()
    }
}

/// `me`, `nobody`, or a person's id.
pub(crate) fn parse_assignee(word: &str, me: UserId) -> Result<Assignee, Refusal> {
    match word {
        "me" => Ok(Assignee::Agent(me)),
        "nobody" => Ok(Assignee::Nobody),
        id => {
            id.parse().map(Assignee::Agent).map_err(|_| Refusal::new(RejectCode::InvalidField, "assigned_to: neither an id, me nor nobody"))
        }
    }
}
