//! Routes about retention: its settings, runs and legal holds. Admins only.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::on;
use helpline_core::actor::Audience;
use helpline_core::ids::{LegalHoldId, RetentionRunId, TicketId, UserId};
use helpline_core::limits;
use helpline_core::policy::DeskAction;
use helpline_core::protocol::{
    DueTicketPage, LegalHold, LegalHoldPage, LegalHoldScope, NewLegalHold, RetentionDryRun,
    RetentionKind, RetentionSettings, RetentionView,
};
use helpline_core::reject::RejectCode;
use helpline_persistence::legal_holds::{HoldScope, Listed, NewHold};
use helpline_persistence::retention::DueTickets;
use helpline_persistence::{Store, StoreError, legal_holds, retention};
use serde::Deserialize;
use serde_json::json;
use utoipa::{IntoParams, OpenApi};
use uuid::Uuid;

use super::outcome::no_content;
use super::parse::parse_cursor;
use crate::http::current_user::CurrentUser;
use crate::http::endpoint::{Needs, Route};
use crate::http::extract::{Expected, HoldPath, RunPath};
use crate::http::input::{JsonBody, NoInput, Params};
use crate::http::problem::Refusal;
use crate::services::Retention;
use crate::services::retention::{checked, next_runs};

const NO_RUN: &str = "no such run";
const NOT_WAITING: &str = "this run does not wait for an admin";
const NEEDS: Needs = Needs::Desk(&[DeskAction::ManageSettings]);

const VIEW: Route = Route {
    method: "GET",
    path: "/v1/retention",
    needs: NEEDS,
    refused: "retention_read_refused",
    read: Some("retention_read"),
    handler: |method| on(method, view),
};
const SET: Route = Route {
    method: "PUT",
    path: "/v1/retention/settings",
    needs: NEEDS,
    refused: "retention_change_refused",
    read: None,
    handler: |method| on(method, set),
};
const DRY_RUN: Route = Route {
    method: "POST",
    path: "/v1/retention/dry-run",
    needs: NEEDS,
    refused: "retention_dry_run_refused",
    read: Some("retention_dry_run"),
    handler: |method| on(method, dry_run),
};
const APPROVE: Route = Route {
    method: "POST",
    path: "/v1/retention/runs/{run}/approve",
    needs: NEEDS,
    refused: "retention_approve_refused",
    read: None,
    handler: |method| on(method, approve),
};
const REFUSE: Route = Route {
    method: "POST",
    path: "/v1/retention/runs/{run}/refuse",
    needs: NEEDS,
    refused: "retention_refuse_refused",
    read: None,
    handler: |method| on(method, refuse),
};
const DUE: Route = Route {
    method: "GET",
    path: "/v1/retention/due",
    needs: NEEDS,
    refused: "retention_due_refused",
    read: Some("retention_due_listed"),
    handler: |method| on(method, due),
};
const HOLDS: Route = Route {
    method: "GET",
    path: "/v1/retention/holds",
    needs: NEEDS,
    refused: "legal_holds_list_refused",
    read: Some("legal_holds_listed"),
    handler: |method| on(method, holds),
};
const SET_HOLD: Route = Route {
    method: "POST",
    path: "/v1/retention/holds",
    needs: NEEDS,
    refused: "legal_hold_set_refused",
    read: None,
    handler: |method| on(method, set_hold),
};
const RELEASE_HOLD: Route = Route {
    method: "POST",
    path: "/v1/retention/holds/{hold}/release",
    needs: NEEDS,
    refused: "legal_hold_release_refused",
    read: None,
    handler: |method| on(method, release_hold),
};

/// The REST routes of retention.
pub(super) const ROUTES: &[Route] = &[
    VIEW,
    SET,
    DRY_RUN,
    DUE,
    APPROVE,
    REFUSE,
    HOLDS,
    SET_HOLD,
    RELEASE_HOLD,
];

#[derive(OpenApi)]
#[openapi(paths(
    view,
    set,
    dry_run,
    due,
    approve,
    refuse,
    holds,
    set_hold,
    release_hold
))]
pub(super) struct Docs;

/// Returns the settings of retention, the next and the last runs, and the legal holds. Admins only.
#[utoipa::path(get, path = VIEW.path, operation_id = "read_retention", tag = "retention", responses((status = 200, body = RetentionView)))]
pub async fn view(
    user: CurrentUser,
    State(store): State<Store>,
    NoInput: NoInput,
) -> Result<Json<RetentionView>, Refusal> {
    user.audit.read(json!({})).await?;
    Ok(Json(read(&user, &store).await?))
}

async fn read(user: &CurrentUser, store: &Store) -> Result<RetentionView, Refusal> {
    let reader = user.reader(Audience::Staff);
    let (settings, etag) = retention::read_settings(store, reader).await?;
    Ok(RetentionView {
        next: next_runs(store, &settings).await?,
        settings,
        etag,
        runs: retention::list(store, reader).await?,
        holds: legal_holds::list(store, reader, Listed::Open, None).await?,
    })
}

/// Changes the settings of retention. Admins only.
///
/// A run that was planned by other periods stops, and so does every run when retention is switched
/// off. With `If-Match`, settings that were changed since the caller read them are not changed
/// (`precondition_failed`).
#[utoipa::path(put, path = SET.path, operation_id = "change_retention", tag = "retention",
    params(("If-Match" = Option<String>, Header, description = "The `etag` of the settings, as they were read")), request_body = RetentionSettings,
    responses((status = 200, body = RetentionView)))]
pub async fn set(
    user: CurrentUser,
    State(service): State<Arc<Retention>>,
    State(store): State<Store>,
    Expected(expected): Expected,
    JsonBody(settings): JsonBody<RetentionSettings>,
) -> Result<Json<RetentionView>, Refusal> {
    let settings = checked(settings).map_err(|fault| Refusal::field(fault.field, fault.why))?;
    service
        .set_settings(&user.caller, &settings, &expected)
        .await?;
    Ok(Json(read(&user, &store).await?))
}

/// Counts what runs of retention would do now. Changes nothing. Admins only.
///
/// One dry run counts at a time on each instance (`overloaded`).
#[utoipa::path(post, path = DRY_RUN.path, operation_id = "dry_run_retention", tag = "retention", responses((status = 200, body = RetentionDryRun)))]
pub async fn dry_run(
    user: CurrentUser,
    State(service): State<Arc<Retention>>,
    NoInput: NoInput,
) -> Result<Json<RetentionDryRun>, Refusal> {
    user.audit.read(json!({})).await?;
    let plans = service.dry_run().await?;
    Ok(Json(RetentionDryRun { plans }))
}

/// Lets a run act that waits because it would change too large a share. Admins only.
///
/// A run that does not wait, or no longer, is refused (`conflict`).
#[utoipa::path(post, path = APPROVE.path, operation_id = "approve_retention_run", tag = "retention",
    params(("run" = String, Path, description = "The run's id")), responses((status = 204, description = "Done")))]
pub async fn approve(
    user: CurrentUser,
    State(service): State<Arc<Retention>>,
    RunPath(run): RunPath,
    NoInput: NoInput,
) -> Result<StatusCode, Refusal> {
    let done = service.approve(&user.caller, run).await;
    no_content(done, NO_RUN, NOT_WAITING)
}

/// Ends a run that waits because it would change too large a share, without any change. Admins only.
///
/// The next run is planned as usual, and waits again if it is too large. A run that does not wait,
/// or no longer, is refused (`conflict`).
#[utoipa::path(post, path = REFUSE.path, operation_id = "refuse_retention_run", tag = "retention",
    params(("run" = String, Path, description = "The run's id")), responses((status = 204, description = "Done")))]
pub async fn refuse(
    user: CurrentUser,
    State(service): State<Arc<Retention>>,
    RunPath(run): RunPath,
    NoInput: NoInput,
) -> Result<StatusCode, Refusal> {
    let done = service.refuse(&user.caller, run).await;
    no_content(done, NO_RUN, NOT_WAITING)
}

/// Which tickets to list.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DueParams {
    /// `archive` or `delete`.
    kind: String,
    /// The id of a planned run of this kind, whose cutoff counts. Without it, the list is that of a
    /// run that would be planned now.
    #[serde(default)]
    run: Option<Uuid>,
    /// `next_cursor` of the previous page.
    #[serde(default)]
    cursor: Option<String>,
}

/// Lists the tickets that a run would archive or delete, those first that have been closed (or
/// archived) longest. Admins only.
///
/// The caller's own tickets are left out.
#[utoipa::path(get, path = DUE.path, operation_id = "list_due_tickets", tag = "retention", params(DueParams), responses((status = 200, body = DueTicketPage)))]
pub async fn due(
    user: CurrentUser,
    State(store): State<Store>,
    Params(DueParams { kind, run, cursor }): Params<DueParams>,
) -> Result<Json<DueTicketPage>, Refusal> {
    let kind = match kind.as_str() {
        "archive" => RetentionKind::Archive,
        "delete" => RetentionKind::Delete,
        _ => return Err(Refusal::field("kind", "must be archive or delete")),
    };
    let after = cursor.as_deref().map(parse_cursor).transpose()?;
    user.audit.read(json!({"kind": kind, "run": run})).await?;
    let run = run.map(RetentionRunId::new);
    let which = DueTickets { kind, run, after };
    let reader = user.reader(Audience::Staff);
    match retention::due(&store, reader, which).await {
        Err(StoreError::Refused {
            code: RejectCode::NotFound,
            ..
        }) => Err(Refusal::field("run", "there is no such run of this kind")),
        page => Ok(Json(page?)),
    }
}

/// Which page of the legal holds to return.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct HoldsParams {
    /// The `next_after` of the page before.
    after: Option<Uuid>,
}

/// Lists all legal holds, released ones too, the newest first. Admins only.
#[utoipa::path(get, path = HOLDS.path, operation_id = "list_legal_holds", tag = "retention", params(HoldsParams), responses((status = 200, body = LegalHoldPage)))]
pub async fn holds(
    user: CurrentUser,
    State(store): State<Store>,
    Params(HoldsParams { after }): Params<HoldsParams>,
) -> Result<Json<LegalHoldPage>, Refusal> {
    user.audit.read(json!({})).await?;
    let reader = user.reader(Audience::Staff);
    let after = after.map(LegalHoldId::new);
    let holds = legal_holds::list(&store, reader, Listed::All, after).await?;
    let is_full = i64::try_from(holds.len()).is_ok_and(|n| n >= limits::LEGAL_HOLDS_LISTED_MAX);
    let next_after = holds.last().filter(|_| is_full).map(|hold| hold.id);
    Ok(Json(LegalHoldPage { holds, next_after }))
}

/// Sets a legal hold on a ticket, or on a person and all tickets that they opened. Admins only.
///
/// Nothing under the hold is archived, deleted or redacted until the hold is released. Admins cannot
/// set a hold on their own tickets.
#[utoipa::path(post, path = SET_HOLD.path, operation_id = "set_legal_hold", tag = "retention", request_body = NewLegalHold,
    responses((status = 201, body = LegalHold)))]
pub async fn set_hold(
    user: CurrentUser,
    State(service): State<Arc<Retention>>,
    JsonBody(new): JsonBody<NewLegalHold>,
) -> Result<(StatusCode, Json<LegalHold>), Refusal> {
    let scope_word = new.scope;
    let scope = match new.scope {
        LegalHoldScope::Ticket => HoldScope::Ticket(TicketId::new(new.id)),
        LegalHoldScope::Person => HoldScope::Person(UserId::new(new.id)),
    };
    let reason = new.reason.trim();
    if !(1..=limits::LEGAL_HOLD_REASON_CHARS_MAX).contains(&reason.chars().count()) {
        let max = limits::LEGAL_HOLD_REASON_CHARS_MAX;
        return Err(Refusal::field(
            "reason",
            format!("must have 1 to {max} characters"),
        ));
    }
    if reason.chars().any(|c| c.is_control() && c != '\n') {
        let why = "must not contain control characters other than line breaks";
        return Err(Refusal::field("reason", why));
    }
    let new = NewHold {
        id: LegalHoldId::new(Uuid::now_v7()),
        scope,
        reason: reason.to_owned(),
        review_at: new.review_at,
    };
    match service.set_hold(&user.caller, new).await {
        Err(StoreError::Refused {
            code: RejectCode::NotFound,
            ..
        }) => {
            let why = format!("id: there is no such {}", scope_word);
            Err(Refusal::new(RejectCode::NotFound, why))
        }
        hold => Ok((StatusCode::CREATED, Json(hold?))),
    }
}

/// Releases a legal hold. Admins only.
///
/// A hold that is released already is refused (`conflict`). A ticket or person with another hold
/// stays held.
#[utoipa::path(post, path = RELEASE_HOLD.path, operation_id = "release_legal_hold", tag = "retention",
    params(("hold" = String, Path, description = "The hold's id")), responses((status = 204, description = "Done")))]
pub async fn release_hold(
    user: CurrentUser,
    State(service): State<Arc<Retention>>,
    HoldPath(hold): HoldPath,
    NoInput: NoInput,
) -> Result<StatusCode, Refusal> {
    let done = service.release_hold(&user.caller, hold).await;
    no_content(done, "no such hold", "this hold is released already")
}
