//! The table of metric families, grouped by topic.

use helpline_core::reject::CloseCode;
use helpline_persistence::StoreError;

use super::family::{Family, counter, each, faults_of_routes, gauge, histogram, none, one};
use crate::auth::TokenFault;
use crate::database::sign_in::{OUTCOMES, Over};
use crate::http::oidc_outcomes;

/// Values of the label `queue`.
const QUEUES: [&str; 3] = ["writer", "access_log", "relay"];

/// All metric families except those of the process (`process_…`).
pub const FAMILIES: &[Family] = &[
    gauge(
        "helpline_connections",
        &[],
        one,
        "Open WebSockets of people who have signed in",
    ),
    gauge(
        "helpline_sockets",
        &[],
        one,
        "Open WebSockets, signed in or not",
    ),
    gauge(
        "helpline_connections_max",
        &[],
        one,
        "Maximum open WebSockets of this instance (--connections-max)",
    ),
    gauge(
        "helpline_rooms",
        &[],
        one,
        "Tickets that at least one WebSocket of this instance has open",
    ),
    counter(
        "helpline_accepts_refused_total",
        &[],
        one,
        "Connections closed without an answer, because this instance or the address has reached its limit of connections",
    ),
    counter(
        "helpline_upgrades_refused_total",
        &["reason"],
        || each(["instance", "address"]),
        "WebSockets refused with 503 or 429, because the instance (--connections-max) or the address (--connections-per-address-max) has its maximum number of connections",
    ),
    counter(
        "helpline_origins_refused_total",
        &[],
        one,
        "WebSockets refused because the origin of their page is not allowed (--public-url, --origins)",
    ),
    counter(
        "helpline_closes_total",
        &["code"],
        || each(CloseCode::ALL.iter().map(|code| code.code())),
        "WebSockets closed by this instance, by close code",
    ),
    counter(
        "helpline_frames_refused_total",
        &[],
        one,
        "Frames of clients refused by a rate limit",
    ),
    counter(
        "helpline_send_queue_overflows_total",
        &[],
        one,
        "WebSockets closed because their client read more slowly than events arrived",
    ),
    counter(
        "helpline_stalled_writes_total",
        &[],
        one,
        "Connections closed because their peer read nothing before the write timeout",
    ),
    counter(
        "helpline_sign_ins_total",
        &["over", "outcome"],
        sign_ins,
        "Sign-ins with a token, at WebSockets and by each REST request, by outcome",
    ),
    counter(
        "helpline_tokens_refused_total",
        &["reason"],
        || each(TokenFault::ALL.iter().map(|fault| fault.word())),
        "Refused tokens, by reason",
    ),
    counter(
        "helpline_refused_sign_ins_unrecorded_total",
        &[],
        one,
        "Refused sign-ins at WebSockets that left no row in access_log, because there were too many from one address",
    ),
    counter(
        "helpline_oidc_sign_ins_total",
        &["outcome"],
        || each(oidc_outcomes()),
        "Sign-ins by the OpenID provider, by outcome",
    ),
    counter(
        "helpline_jwks_failures_total",
        &[],
        one,
        "Failed attempts to fetch the key set",
    ),
    counter(
        "helpline_http_requests_total",
        &["route", "method", "status"],
        faults_of_routes,
        "Answered REST requests; the series of statuses 500 and 503 are 0 from the start",
    ),
    histogram(
        "helpline_http_request_seconds",
        &["route", "method"],
        none,
        "Time to answer a REST request; a route appears with its first request",
    ),
    counter(
        "helpline_http_late_total",
        &[],
        one,
        "REST requests that were not answered before the deadline",
    ),
    counter(
        "helpline_http_address_limited_total",
        &[],
        one,
        "Requests refused by the rate limit of their address",
    ),
    counter(
        "helpline_http_refused_sign_ins_limited_total",
        &[],
        one,
        "Requests refused because their address has sent too many invalid tokens",
    ),
    histogram(
        "helpline_commit_seconds",
        &[],
        one,
        "Time that this instance waits for a commit of messages",
    ),
    histogram(
        "helpline_batch_messages",
        &[],
        one,
        "Number of messages in one commit",
    ),
    counter(
        "helpline_batch_retries_total",
        &[],
        one,
        "Commits of messages that were retried after a temporary fault",
    ),
    counter(
        "helpline_sends_overloaded_total",
        &[],
        one,
        "Messages refused because too many messages were waiting to be committed",
    ),
    counter(
        "helpline_tickets_deferred_total",
        &[],
        one,
        "Times that messages were deferred because another transaction had locked their ticket",
    ),
    gauge(
        "helpline_writer_lanes",
        &[],
        one,
        "Maximum statements that append messages at the same time (--writer-lanes)",
    ),
    gauge(
        "helpline_queue_depth",
        &["queue"],
        || each(QUEUES),
        "Entries in a queue: messages to commit (writer), rows of access_log to write (access_log), events for other instances (relay)",
    ),
    gauge(
        "helpline_queue_max",
        &["queue"],
        || each(QUEUES),
        "Maximum entries in a queue",
    ),
    counter(
        "helpline_reads_dropped_total",
        &[],
        one,
        "Read positions dropped because their queue was full; the next read position of the same person replaces them",
    ),
    histogram(
        "helpline_delivery_seconds",
        &[],
        one,
        "Time from the insertion of an event (by the database's clock) until it was queued for the WebSockets of its ticket on this instance (by this machine's clock): commit, relay and fan-out",
    ),
    counter(
        "helpline_early_events_total",
        &[],
        one,
        "Events that arrived before an earlier event of their ticket and were held back",
    ),
    counter(
        "helpline_gaps_read_total",
        &[],
        one,
        "Reads from the database of events that the relay had not delivered",
    ),
    counter(
        "helpline_swept_rows_total",
        &[],
        one,
        "Events that the sweep delivered because they had not arrived by the relay",
    ),
    counter(
        "helpline_sweeps_failed_total",
        &[],
        one,
        "Sweeps that failed because the database did not answer",
    ),
    gauge(
        "helpline_sweep_success_timestamp_seconds",
        &[],
        one,
        "Time of the last successful sweep, in seconds since 1970",
    ),
    gauge(
        "helpline_relay_up",
        &[],
        one,
        "1 if events go to and come from other instances, or no Redis is set; otherwise 0",
    ),
    gauge(
        "helpline_instances",
        &[],
        one,
        "Instances that serve this database, as seen by this instance, which is included",
    ),
    counter(
        "helpline_relay_published_total",
        &[],
        one,
        "Events published to other instances",
    ),
    counter(
        "helpline_relay_dropped_total",
        &[],
        one,
        "Events for other instances dropped because Redis does not answer; the sweep delivers them",
    ),
    counter(
        "helpline_relay_unconfirmed_joins_total",
        &[],
        one,
        "Subscriptions to a ticket's channel that Redis did not confirm in time",
    ),
    counter(
        "helpline_relay_other_origin_total",
        &[],
        one,
        "Events of another database that arrived through the same Redis",
    ),
    gauge(
        "helpline_pool_used",
        &[],
        one,
        "Database connections in use",
    ),
    gauge("helpline_pool_idle", &[], one, "Idle database connections"),
    gauge(
        "helpline_pool_waiting",
        &[],
        one,
        "Tasks that wait for a database connection",
    ),
    gauge(
        "helpline_pool_connections_max",
        &[],
        one,
        "Maximum database connections (--pool-connections-max); background jobs use up to 8 more",
    ),
    counter(
        "helpline_database_errors_total",
        &["class"],
        || each(StoreError::CLASSES),
        "Database errors, by SQLSTATE class; connection: the database did not answer, pool: no connection became free in time",
    ),
    counter(
        "helpline_audit_rows_lost_total",
        &[],
        one,
        "Rows of access_log that could not be written",
    ),
    counter(
        "helpline_undecodable_rows_total",
        &[],
        one,
        "Rows that this version cannot decode; each is logged once",
    ),
    gauge(
        "helpline_role_conflicts",
        &[],
        one,
        "Grants in the database that give customers or staff more privileges than they need",
    ),
    gauge(
        "helpline_staff_query_failed",
        &[],
        one,
        "1 if the query that finds the platform's staff failed, so that roles are not updated; otherwise 0",
    ),
    gauge(
        "helpline_names_query_failed",
        &[],
        one,
        "1 if the query that finds people's names on the platform failed, so that names are not updated; otherwise 0",
    ),
    gauge(
        "helpline_names_skipped",
        &[],
        one,
        "People whose name or address on the platform could not be used, in the last pass through all people",
    ),
    gauge(
        "helpline_erasures_withheld",
        &[],
        one,
        "People who are gone from the platform's query of names and not proposed for erasure, because too many are gone at once",
    ),
    gauge(
        "helpline_background_held",
        &["reason"],
        none,
        "1 if background work that cannot be undone is held: the database is not confirmed as production (unconfirmed), or its clock has jumped (clock); otherwise 0",
    ),
    gauge(
        "helpline_consumer_lag_seconds",
        &["consumer"],
        none,
        "Age of the oldest event that a consumer of the history has not handled; 0 if there is none",
    ),
    gauge(
        "helpline_consumer_waiting_events",
        &["consumer"],
        none,
        "Events that a consumer has not handled, up to 20,000",
    ),
    gauge(
        "helpline_consumer_failed_tickets",
        &["consumer"],
        none,
        "Tickets of which a consumer could not handle an event",
    ),
    gauge(
        "helpline_consumer_held_tickets",
        &["consumer"],
        none,
        "Tickets whose events a consumer does not handle until an admin decides about one that has failed",
    ),
    counter(
        "helpline_consumer_events_total",
        &["consumer"],
        none,
        "Events that a consumer has handled on this instance",
    ),
    counter(
        "helpline_consumer_failures_total",
        &["consumer"],
        none,
        "Failures of a consumer to handle an event, on this instance",
    ),
    gauge(
        "helpline_timers_due",
        &["kind"],
        none,
        "Timers that are due, up to 10,000",
    ),
    gauge(
        "helpline_timers_late_seconds",
        &["kind"],
        none,
        "How late the earliest timer is that is due; 0 if there is none",
    ),
    gauge(
        "helpline_timers_held",
        &["kind"],
        none,
        "Timers whose action has failed and that wait for an admin",
    ),
    counter(
        "helpline_timers_fired_total",
        &["kind", "outcome"],
        none,
        "Timers that fired on this instance: done, failed",
    ),
    gauge(
        "helpline_deliveries_due",
        &["kind"],
        none,
        "Deliveries that are due, up to 10,000",
    ),
    gauge(
        "helpline_deliveries_late_seconds",
        &["kind"],
        none,
        "How late the delivery is that has been due for longest; 0 if there is none",
    ),
    gauge(
        "helpline_deliveries_in_flight",
        &["kind"],
        none,
        "Deliveries that are being attempted, by all instances",
    ),
    gauge(
        "helpline_deliveries_dead",
        &["kind"],
        none,
        "Deliveries that failed for the last time and wait for an admin, up to 10,000",
    ),
    counter(
        "helpline_delivery_attempts_total",
        &["kind", "outcome"],
        none,
        "Attempts at deliveries on this instance: done, retry (another attempt follows), dead",
    ),
    counter(
        "helpline_schedule_runs_total",
        &["schedule", "outcome"],
        none,
        "Runs of schedules that ended on this instance: done, failed, interrupted (another instance continues)",
    ),
    gauge(
        "helpline_retention_waiting",
        &["kind"],
        none,
        "Runs of retention that wait for an admin, because they would change too large a share",
    ),
    gauge(
        "helpline_retention_done_age_seconds",
        &["kind"],
        none,
        "Seconds since the last run of retention was done, or since the first one began if none was ever done; 0 if none has begun, or if retention is switched off",
    ),
    gauge(
        "helpline_schedule_late_seconds",
        &["schedule"],
        none,
        "How long ago a schedule's earliest occurrence was that no run has completed; 0 if there is none, while a run is working on this instance, and for a schedule that is paused or switched off",
    ),
    counter(
        "helpline_old_deliveries_deleted_total",
        &[],
        one,
        "Deliveries that this instance deleted, 30 days after they were done",
    ),
    gauge(
        "helpline_ready",
        &[],
        one,
        "1 if this instance can serve requests, as /readyz reports it; 0 while it waits for the database, and while it shuts down",
    ),
    gauge(
        "helpline_build_info",
        &["version", "revision"],
        none,
        "Always 1; the labels have the version, and the commit that was built (empty if the build did not set HELPLINE_REVISION)",
    ),
];

fn sign_ins() -> Vec<Vec<String>> {
    let by_way = Over::ALL
        .into_iter()
        .flat_map(|over| OUTCOMES.map(|outcome| [over.word(), outcome]));
    by_way
        .map(|words| words.map(str::to_owned).to_vec())
        .collect()
}
