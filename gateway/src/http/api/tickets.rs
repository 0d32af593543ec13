//! Routes to open, change, rate and list tickets.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use helpline_core::actor::Audience;
use helpline_core::body::Subject;
use helpline_core::ids::{MessageId, TicketId};
use helpline_core::limits;
use helpline_core::policy::{DeskAction, TicketAction};
use helpline_core::protocol::{
    CustomerTicket, CustomerTicketPage, NewRating, NewTicket, StaffTicketPage, TicketPatch,
};
use helpline_core::reject::{Reject, RejectCode};
use helpline_core::ticket::{Category, Priority};
use helpline_persistence::tickets as persisted;
use helpline_persistence::{Store, StoreError};
use serde_json::json;
use uuid::Uuid;

use super::parse::{Change, nul_in, parse_content};
use super::ticket_list::{ListParams, Scope};
use crate::database::OwnSearches;
use crate::http::current_user::{CurrentUser, OpenTicket};
use crate::http::endpoint::{Needs, Route};
use crate::http::extract::IdempotencyKey;
use crate::http::input::{JsonBody, NoInput, Params};
use crate::http::problem::Refusal;
use crate::services::Tickets;
use axum::routing::on;
use utoipa::OpenApi;

const LIST: Route = Route {
    method: "GET",
    path: "/v1/tickets",
    needs: Needs::Desk(&[DeskAction::ListOwn, DeskAction::ListAll]),
    refused: "tickets_list_refused",
    read: Some("tickets_listed"),
    handler: |method| on(method, list),
};
const CREATE: Route = Route {
    method: "POST",
    path: "/v1/tickets",
    needs: Needs::Desk(&[DeskAction::CreateTicket]),
    refused: "ticket_create_refused",
    read: None,
    handler: |method| on(method, create),
};
const OPEN: Route = Route {
    method: "GET",
    path: "/v1/tickets/{ticket}",
    needs: Needs::Ticket(&[TicketAction::Read]),
    refused: "ticket_open_refused",
    read: Some("ticket_opened"),
    handler: |method| on(method, open),
};
const CHANGE: Route = Route {
    method: "PATCH",
    path: "/v1/tickets/{ticket}",
    needs: Needs::Ticket(&[TicketAction::ChangeStatus, TicketAction::Triage]),
    refused: "ticket_change_refused",
    read: None,
    handler: |method| on(method, change),
};
const RATE: Route = Route {
    method: "PUT",
    path: "/v1/tickets/{ticket}/rating",
    needs: Needs::Ticket(&[TicketAction::Rate]),
    refused: "ticket_rate_refused",
    read: None,
    handler: |method| on(method, rate),
};

/// The REST routes that list, open, change and rate tickets.
pub(super) const ROUTES: &[Route] = &[LIST, CREATE, OPEN, CHANGE, RATE];

#[derive(OpenApi)]
#[openapi(paths(list, create, open, change, rate))]
pub(super) struct Docs;

/// Returns a page of tickets. By default, these are the caller's own tickets. With `scope=all`,
/// staff get all tickets.
#[utoipa::path(get, path = LIST.path, operation_id = "list_tickets", tag = "tickets", params(ListParams),
    responses((status = 200, body = ref("#/components/schemas/TicketPage"), description = "With scope=all: StaffTicketPage")))]
pub async fn list(
    user: CurrentUser,
    State(store): State<Store>,
    State(own_searches): State<Arc<OwnSearches>>,
    Params(params): Params<ListParams>,
) -> Result<Response, Refusal> {
    let scope = params.scope()?;
    user.may(if scope == Scope::All {
        DeskAction::ListAll
    } else {
        DeskAction::ListOwn
    })?;
    let query = params.query(scope, user.actor().user)?;
    match scope {
        Scope::All => {
            match query.search {
                Some(_) => {
                    user.audit
                        .read_as("tickets_searched", params.detail())
                        .await?
                }
                None => user.audit.read(params.detail()).await?,
            }
            let listed =
                persisted::list_for_staff(&store, user.reader(Audience::Staff), &query).await;
            let page = listed?;
            Ok(Json(StaffTicketPage {
                tickets: page.tickets,
                next_cursor: page.next_cursor.map(|cursor| cursor.to_string()),
            })
            .into_response())
        }
        Scope::Own => {
            let reader = user.reader(Audience::Customer);
            let listed = match query.search {
                Some(_) => own_searches.page(reader, query).await,
                None => persisted::list_for_customer(&store, reader, &query).await,
            };
            let page = listed?;
            Ok(Json(CustomerTicketPage {
                tickets: page.tickets,
                next_cursor: page.next_cursor.map(|cursor| cursor.to_string()),
            })
            .into_response())
        }
    }
}

/// Opens a ticket.
///
/// Only the description is required. A missing subject is derived from the description's first
/// line. If a ticket with this `Idempotency-Key` already exists, the response is 200 with that
/// ticket.
#[utoipa::path(post, path = CREATE.path, operation_id = "open_ticket", tag = "tickets",
    params(("Idempotency-Key" = String, Header, description = "Identifies this ticket across retries")), request_body = NewTicket,
    responses((status = 201, body = CustomerTicket, headers(("Location" = String, description = "The ticket's address"))),
        (status = 200, body = CustomerTicket, headers(("Location" = String, description = "The ticket's address")),
            description = "The key was already used for this ticket")))]
pub async fn create(
    user: CurrentUser,
    State(tickets): State<Arc<Tickets>>,
    State(store): State<Store>,
    IdempotencyKey(key): IdempotencyKey,
    JsonBody(new): JsonBody<NewTicket>,
) -> Result<Response, Refusal> {
    let attachments = new.attachments.unwrap_or_default();
    let metadata = new.metadata.unwrap_or_default();
    let metadata_bytes = serde_json::to_vec(&metadata).map_or(usize::MAX, |json| json.len());
    if metadata_bytes > limits::METADATA_BYTES_MAX {
        return Err(Refusal::field(
            "metadata",
            format!("must have at most {} bytes", limits::METADATA_BYTES_MAX),
        ));
    }
    if let Some(field) = nul_in("metadata", &metadata) {
        return Err(Refusal::field(
            &field,
            "must not contain the character U+0000",
        ));
    }
    let description = parse_content("description", new.description, &attachments)?;
    let subject = match new.subject {
        Some(subject) => {
            Subject::parse(&subject).map_err(|error| Refusal::field("subject", error))?
        }
        None if description.as_str().trim().is_empty() => {
            let why = "is required for a ticket without a text";
            return Err(Refusal::field("subject", why));
        }
        None => Subject::derived(&description),
    };
    let new = persisted::NewTicket {
        id: TicketId::new(Uuid::now_v7()),
        message: MessageId::new(Uuid::now_v7()),
        key,
        subject,
        category: new.category.unwrap_or(Category::General),
        priority: new.priority.unwrap_or(Priority::Medium),
        description,
        attachments,
        metadata,
    };
    let created = tickets.create(&user.caller, &new).await?;
    let ticket = show(&store, &user, created.id, Audience::Customer).await?;
    let status = if created.duplicate {
        StatusCode::OK
    } else {
        StatusCode::CREATED
    };
    Ok((
        status,
        [(header::LOCATION, format!("/v1/tickets/{}", created.id))],
        ticket,
    )
        .into_response())
}

/// Returns one ticket, by its id or number.
#[utoipa::path(get, path = OPEN.path, operation_id = "read_ticket", tag = "tickets", params(("ticket" = String, Path, description = "The ticket's id or number")),
    responses((status = 200, body = ref("#/components/schemas/Ticket"), description = "For its customer: CustomerTicket")))]
pub async fn open(
    user: CurrentUser,
    State(store): State<Store>,
    ticket: OpenTicket,
    NoInput: NoInput,
) -> Result<Response, Refusal> {
    let audience = ticket.audience(&user);
    if audience == Audience::Staff {
        user.audit.read(json!({})).await?;
    }
    show(&store, &user, ticket.id(), ticket.audience(&user)).await
}

/// Changes the given fields of a ticket. Either all of them are changed, or none.
///
/// Customers can change only the status, to close or reopen their ticket.
#[utoipa::path(patch, path = CHANGE.path, operation_id = "change_ticket", tag = "tickets", params(("ticket" = String, Path, description = "The ticket's id or number")),
    request_body = TicketPatch, responses((status = 200, body = ref("#/components/schemas/Ticket"), description = "For its customer: CustomerTicket")))]
pub async fn change(
    user: CurrentUser,
    State(tickets): State<Arc<Tickets>>,
    State(store): State<Store>,
    ticket: OpenTicket,
    JsonBody(body): JsonBody<TicketPatch>,
) -> Result<Response, Refusal> {
    let change = Change::parse(&body, user.actor().user)?;
    for action in change.actions() {
        ticket.allows(&user, action)?;
    }
    if change.is_nothing() {
        return Err(Refusal::field("body", "nothing to change"));
    }
    tickets
        .change(&user.caller, ticket.id(), change.patch)
        .await
        .map_err(|error| refusal_of_change(&change.patch, error))?;
    show(&store, &user, ticket.id(), ticket.audience(&user)).await
}

/// Converts an error of the ticket change into a refusal that names the field. The fields are
/// already validated, so the database can refuse only the assignee.
fn refusal_of_change(patch: &persisted::Patch, error: StoreError) -> Refusal {
    match error {
        StoreError::Refused {
            code: RejectCode::InvalidField,
            ..
        } if patch.assigned_to.is_some() => Refusal::field(
            "assigned_to",
            "this person cannot be assigned: they are not staff, are blocked, or are the customer",
        ),
        error => error.into(),
    }
}

/// Rates a resolved or closed ticket. Only the ticket's customer can do this.
#[utoipa::path(put, path = RATE.path, operation_id = "rate_ticket", tag = "tickets", params(("ticket" = String, Path, description = "The ticket's id or number")),
    request_body = NewRating, responses((status = 200, body = CustomerTicket)))]
pub async fn rate(
    user: CurrentUser,
    State(tickets): State<Arc<Tickets>>,
    State(store): State<Store>,
    ticket: OpenTicket,
    JsonBody(rating): JsonBody<NewRating>,
) -> Result<Response, Refusal> {
    if !(1..=5).contains(&rating.satisfaction_rating) {
        return Err(Refusal::field("satisfaction_rating", "must be from 1 to 5"));
    }
    let comment = rating
        .satisfaction_comment
        .as_deref()
        .map(str::trim)
        .filter(|comment| !comment.is_empty());
    if comment.is_some_and(|comment| comment.chars().count() > limits::RATING_COMMENT_CHARS_MAX) {
        return Err(Refusal::field(
            "satisfaction_comment",
            format!(
                "must have at most {} characters",
                limits::RATING_COMMENT_CHARS_MAX
            ),
        ));
    }
    if comment.is_some_and(|comment| {
        comment
            .chars()
            .any(|c| c.is_control() && c != '\n' && c != '\t')
    }) {
        return Err(Refusal::field(
            "satisfaction_comment",
            "must not contain control characters",
        ));
    }
    tickets
        .rate(
            &user.caller,
            ticket.id(),
            rating.satisfaction_rating,
            comment,
        )
        .await?;
    show(&store, &user, ticket.id(), ticket.audience(&user)).await
}

/// Responds with the ticket. Staff and customers get different fields.
async fn show(
    store: &Store,
    user: &CurrentUser,
    ticket: TicketId,
    audience: Audience,
) -> Result<Response, Refusal> {
    let reader = user.reader(audience);
    let found = match audience {
        Audience::Staff => persisted::get_for_staff(store, reader, ticket)
            .await
            .map(|ticket| ticket.map(|it| Json(it).into_response())),
        Audience::Customer => persisted::get_for_customer(store, reader, ticket)
            .await
            .map(|ticket| ticket.map(|it| Json(it).into_response())),
    };
    Ok(found?.ok_or_else(Reject::not_found)?)
}
