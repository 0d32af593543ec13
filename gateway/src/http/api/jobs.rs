//! Routes of background work: what consumers, timers, deliveries and schedules do, and what an
//! admin decides about work that has failed or is held. Admins only.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::on;
use helpline_core::limits;
use helpline_core::policy::DeskAction;
use helpline_core::protocol::{
    DeadDeliveryPage, DeliveriesReplayed, DeliveryReplay, DeliveryReplaySince, FailedEventDecision,
    IdentityConfirmation, JobsView, PauseChange, TimerDecision,
};
use helpline_core::reject::RejectCode;
use helpline_persistence::StoreError;
use helpline_persistence::deliveries::Replay;
use serde::Deserialize;
use serde_json::json;
use utoipa::{IntoParams, OpenApi};

use super::outcome::no_content;
use super::parse::parse_cursor;
use crate::http::current_user::CurrentUser;
use crate::http::endpoint::{Needs, Route};
use crate::http::extract::{NamePath, TimerPath};
use crate::http::input::{JsonBody, NoInput, Params};
use crate::http::problem::Refusal;
use crate::services::Jobs;

/// Why a decision about an event can be in conflict.
const CONFLICT: &str = "seq: another event of the ticket has failed by now";
const NEEDS: Needs = Needs::Desk(&[DeskAction::ManageSettings]);

const LIST: Route = Route {
    method: "GET",
    path: "/v1/jobs",
    needs: NEEDS,
    refused: "jobs_read_refused",
    // Shows no person's data, and the System screen loads it every few seconds.
    read: None,
    handler: |method| on(method, list),
};
const DEAD: Route = Route {
    method: "GET",
    path: "/v1/jobs/dead-deliveries",
    needs: NEEDS,
    refused: "jobs_read_refused",
    read: Some("jobs_read"),
    handler: |method| on(method, dead),
};
const REPLAY: Route = Route {
    method: "POST",
    path: "/v1/jobs/dead-deliveries/replay",
    needs: NEEDS,
    refused: "deliveries_replay_refused",
    read: None,
    handler: |method| on(method, replay),
};
const REPLAY_SINCE: Route = Route {
    method: "POST",
    path: "/v1/jobs/dead-deliveries/replay-since",
    needs: NEEDS,
    refused: "deliveries_replay_refused",
    read: None,
    handler: |method| on(method, replay_since),
};
const PAUSE_CONSUMER: Route = Route {
    method: "PUT",
    path: "/v1/jobs/consumers/{consumer}",
    needs: NEEDS,
    refused: "job_pause_refused",
    read: None,
    handler: |method| on(method, pause_consumer),
};
const DECIDE_EVENT: Route = Route {
    method: "POST",
    path: "/v1/jobs/consumers/{consumer}/failed-events",
    needs: NEEDS,
    refused: "job_decision_refused",
    read: None,
    handler: |method| on(method, decide_event),
};
const DECIDE_TIMER: Route = Route {
    method: "POST",
    path: "/v1/jobs/timers/{timer}",
    needs: NEEDS,
    refused: "job_decision_refused",
    read: None,
    handler: |method| on(method, decide_timer),
};
const PAUSE_SCHEDULE: Route = Route {
    method: "PUT",
    path: "/v1/jobs/schedules/{schedule}",
    needs: NEEDS,
    refused: "job_pause_refused",
    read: None,
    handler: |method| on(method, pause_schedule),
};
const RUN_SCHEDULE: Route = Route {
    method: "POST",
    path: "/v1/jobs/schedules/{schedule}/run",
    needs: NEEDS,
    refused: "schedule_start_refused",
    read: None,
    handler: |method| on(method, run_schedule),
};
const CONFIRM: Route = Route {
    method: "PUT",
    path: "/v1/jobs/identity",
    needs: NEEDS,
    refused: "database_confirm_refused",
    read: None,
    handler: |method| on(method, confirm),
};
const RESUME_CLOCK: Route = Route {
    method: "DELETE",
    path: "/v1/jobs/clock-hold",
    needs: NEEDS,
    refused: "clock_confirm_refused",
    read: None,
    handler: |method| on(method, resume_clock),
};

/// The REST routes of background work.
pub(super) const ROUTES: &[Route] = &[
    LIST,
    DEAD,
    REPLAY,
    REPLAY_SINCE,
    PAUSE_CONSUMER,
    DECIDE_EVENT,
    DECIDE_TIMER,
    PAUSE_SCHEDULE,
    RUN_SCHEDULE,
    CONFIRM,
    RESUME_CLOCK,
];

#[derive(OpenApi)]
#[openapi(paths(
    list,
    dead,
    replay,
    replay_since,
    pause_consumer,
    decide_event,
    decide_timer,
    pause_schedule,
    run_schedule,
    confirm,
    resume_clock
))]
pub(super) struct Docs;

/// Returns the state of all background work, and what has failed or is held. Admins only.
#[utoipa::path(get, path = LIST.path, operation_id = "list_jobs", tag = "jobs", responses((status = 200, body = JobsView)))]
pub async fn list(
    _: CurrentUser,
    State(jobs): State<Arc<Jobs>>,
    NoInput: NoInput,
) -> Result<Json<JobsView>, Refusal> {
    Ok(Json(jobs.view().await?))
}

/// Selects a page of dead deliveries.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DeadParams {
    /// The kind of the deliveries.
    kind: String,
    /// `next_cursor` of the previous page.
    #[serde(default)]
    cursor: Option<String>,
}

/// Returns a page of the deliveries of one kind that are not attempted any more, the latest first.
/// Admins only.
///
/// A delivery is given up after 8 attempts in about 28 hours, or earlier if another attempt would
/// fail too.
#[utoipa::path(get, path = DEAD.path, operation_id = "list_dead_deliveries", tag = "jobs", params(DeadParams), responses((status = 200, body = DeadDeliveryPage)))]
pub async fn dead(
    user: CurrentUser,
    State(jobs): State<Arc<Jobs>>,
    Params(DeadParams { kind, cursor }): Params<DeadParams>,
) -> Result<Json<DeadDeliveryPage>, Refusal> {
    let before = cursor.as_deref().map(parse_cursor).transpose()?;
    user.audit.read(json!({"kind": kind})).await?;
    Ok(Json(jobs.dead_deliveries(&kind, before).await?))
}

/// Makes dead deliveries due again, with all their attempts. Admins only.
///
/// A receiver gets a delivery under the same id as before. Ids of other deliveries are ignored.
#[utoipa::path(post, path = REPLAY.path, operation_id = "replay_deliveries", tag = "jobs", request_body = DeliveryReplay, responses((status = 200, body = DeliveriesReplayed)))]
pub async fn replay(
    user: CurrentUser,
    State(jobs): State<Arc<Jobs>>,
    JsonBody(DeliveryReplay { ids }): JsonBody<DeliveryReplay>,
) -> Result<Json<DeliveriesReplayed>, Refusal> {
    if ids.is_empty() || ids.len() > limits::DELIVERY_IDS_MAX {
        let why = format!("must be 1 to {} ids", limits::DELIVERY_IDS_MAX);
        return Err(Refusal::field("ids", why));
    }
    let ids: Vec<_> = ids.iter().map(|id| id.uuid()).collect();
    Ok(Json(jobs.replay(&user.caller, Replay::Ids(&ids)).await?))
}

/// Makes the deliveries of one kind and receiver due again that died since a time. Admins only.
///
/// At most 10,000 of them, the earliest first.
#[utoipa::path(post, path = REPLAY_SINCE.path, operation_id = "replay_deliveries_since", tag = "jobs", request_body = DeliveryReplaySince, responses((status = 200, body = DeliveriesReplayed)))]
pub async fn replay_since(
    user: CurrentUser,
    State(jobs): State<Arc<Jobs>>,
    JsonBody(since): JsonBody<DeliveryReplaySince>,
) -> Result<Json<DeliveriesReplayed>, Refusal> {
    for (field, text, most) in [
        ("kind", &since.kind, limits::JOB_NAME_CHARS_MAX),
        (
            "receiver",
            &since.receiver,
            limits::DELIVERY_RECEIVER_CHARS_MAX,
        ),
    ] {
        if text.is_empty() || text.chars().count() > most || text.contains('\0') {
            let why = format!("must have 1 to {most} characters, without NUL");
            return Err(Refusal::field(field, why));
        }
    }
    let which = Replay::Since(&since.kind, &since.receiver, since.since);
    Ok(Json(jobs.replay(&user.caller, which).await?))
}

/// Pauses a consumer, or resumes it. Admins only.
///
/// Events that a paused consumer has yet to handle wait for it. Events that are being handled are
/// finished first.
#[utoipa::path(put, path = PAUSE_CONSUMER.path, operation_id = "pause_consumer", tag = "jobs", params(("consumer" = String, Path, description = "The consumer's name")),
    request_body = PauseChange, responses((status = 204, description = "Done")))]
pub async fn pause_consumer(
    user: CurrentUser,
    State(jobs): State<Arc<Jobs>>,
    NamePath(name): NamePath,
    JsonBody(PauseChange { paused }): JsonBody<PauseChange>,
) -> Result<StatusCode, Refusal> {
    let done = jobs.pause_consumer(&user.caller, &name, paused).await;
    no_content(done, "no such consumer", CONFLICT)
}

/// Tries an event again that a consumer could not handle, or skips it for good. Admins only.
///
/// The later events of the ticket follow in order.
#[utoipa::path(post, path = DECIDE_EVENT.path, operation_id = "decide_failed_event", tag = "jobs", params(("consumer" = String, Path, description = "The consumer's name")),
    request_body = FailedEventDecision, responses((status = 204, description = "Done")))]
pub async fn decide_event(
    user: CurrentUser,
    State(jobs): State<Arc<Jobs>>,
    NamePath(name): NamePath,
    JsonBody(about): JsonBody<FailedEventDecision>,
) -> Result<StatusCode, Refusal> {
    let event = (about.ticket_id, about.seq);
    let done = jobs.decide_event(&user.caller, &name, event, about.decision);
    no_content(done.await, "no such failed event", CONFLICT)
}

/// Tries a held timer again, or removes it without its action. Admins only.
#[utoipa::path(post, path = DECIDE_TIMER.path, operation_id = "decide_held_timer", tag = "jobs", params(("timer" = String, Path, description = "The timer's id")),
    request_body = TimerDecision, responses((status = 204, description = "Done")))]
pub async fn decide_timer(
    user: CurrentUser,
    State(jobs): State<Arc<Jobs>>,
    TimerPath(id): TimerPath,
    JsonBody(TimerDecision { decision }): JsonBody<TimerDecision>,
) -> Result<StatusCode, Refusal> {
    let done = jobs.decide_timer(&user.caller, id, decision).await;
    no_content(done, "no such held timer", CONFLICT)
}

/// Pauses a schedule, or resumes it. Admins only.
///
/// A run that is being done stops at its next portion. If occurrences were missed, the last of them
/// runs when the schedule is resumed.
#[utoipa::path(put, path = PAUSE_SCHEDULE.path, operation_id = "pause_schedule", tag = "jobs", params(("schedule" = String, Path, description = "The schedule's name")),
    request_body = PauseChange, responses((status = 204, description = "Done")))]
pub async fn pause_schedule(
    user: CurrentUser,
    State(jobs): State<Arc<Jobs>>,
    NamePath(name): NamePath,
    JsonBody(PauseChange { paused }): JsonBody<PauseChange>,
) -> Result<StatusCode, Refusal> {
    let done = jobs.pause_schedule(&user.caller, &name, paused).await;
    no_content(done, "no such schedule", CONFLICT)
}

/// Makes a schedule due now. Admins only.
///
/// An instance begins the run within seconds, unless the schedule is paused or held. The next
/// occurrence follows as usual.
#[utoipa::path(post, path = RUN_SCHEDULE.path, operation_id = "run_schedule", tag = "jobs", params(("schedule" = String, Path, description = "The schedule's name")),
    responses((status = 204, description = "Done")))]
pub async fn run_schedule(
    user: CurrentUser,
    State(jobs): State<Arc<Jobs>>,
    NamePath(name): NamePath,
    NoInput: NoInput,
) -> Result<StatusCode, Refusal> {
    let done = jobs.run_schedule(&user.caller, &name).await;
    no_content(done, "no such schedule", CONFLICT)
}

/// Confirms that this database is production, so that work goes on that was held. Admins only.
///
/// Do not confirm a copy: it would deliver and delete as production does.
#[utoipa::path(put, path = CONFIRM.path, operation_id = "confirm_identity", tag = "jobs", request_body = IdentityConfirmation, responses((status = 204, description = "Done")))]
pub async fn confirm(
    user: CurrentUser,
    State(jobs): State<Arc<Jobs>>,
    JsonBody(IdentityConfirmation { public_url }): JsonBody<IdentityConfirmation>,
) -> Result<StatusCode, Refusal> {
    if public_url != jobs.public_url() {
        let why = "public_url: this instance has another public address";
        return Err(Refusal::new(RejectCode::Conflict, why));
    }
    jobs.confirm(&user.caller).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lets work go on that was held because the database's clock had jumped: an admin has checked the
/// clock. Admins only.
#[utoipa::path(delete, path = RESUME_CLOCK.path, operation_id = "resume_clock", tag = "jobs", responses((status = 204, description = "Done")))]
pub async fn resume_clock(
    user: CurrentUser,
    State(jobs): State<Arc<Jobs>>,
    NoInput: NoInput,
) -> Result<StatusCode, Refusal> {
    let not_held = "work is not held because of the clock";
    match jobs.resume_clock(&user.caller).await {
        Err(StoreError::Refused {
            code: RejectCode::NotFound,
            ..
        }) => Err(Refusal::new(RejectCode::Conflict, not_held)),
        done => no_content(done, not_held, not_held),
    }
}
