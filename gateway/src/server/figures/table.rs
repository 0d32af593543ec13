//! The families, by what they are about.

use helpline_core::reject::CloseCode;
use helpline_persistence::StoreError;

use super::family::{Family, Kind};
use crate::auth::TokenFault;
use crate::database::sign_in::{OUTCOMES, Over};
use crate::http::{self, oidc_outcomes};

/// The queues that are watched.
const QUEUES: [&str; 3] = ["writer", "access_log", "relay"];

/// Every family of the program's own; the process's are beside them.
pub const FAMILIES: &[Family] = &[
    gauge(
        "helpline_connections",
        &[],
        one,
        "Sockets of people who have signed in",
    ),
    gauge(
        "helpline_sockets",
        &[],
        one,
        "Open sockets, signed in or not",
    ),
    gauge(
        "helpline_connections_max",
        &[],
        one,
        "The most open sockets that this instance takes (--connections-max)",
    ),
    gauge(
        "helpline_rooms",
        &[],
        one,
        "Tickets that are open at a socket of this instance",
    ),
    counter(
        "helpline_accepts_refused_total",
        &[],
        one,
        "Connections closed unanswered: this instance or their address has as many as it may have",
    ),
    counter(
        "helpline_origins_refused_total",
        &[],
        one,
        "Sockets refused for the site that their page is of (--origins)",
    ),
    counter(
        "helpline_closes_total",
        &["code"],
        || each(CloseCode::ALL.iter().map(|code| code.code())),
        "Sockets closed by this instance, by close code",
    ),
    counter(
        "helpline_frames_refused_total",
        &[],
        one,
        "Frames of clients refused for coming too fast",
    ),
    counter(
        "helpline_send_queue_overflows_total",
        &[],
        one,
        "Sockets closed because their client read less than came for it",
    ),
    counter(
        "helpline_stalled_writes_total",
        &[],
        one,
        "Connections closed because their peer took nothing in time",
    ),
    counter(
        "helpline_sign_ins_total",
        &["over", "outcome"],
        sign_ins,
        "Sign-ins with a token, of sockets and of each request, by how they ended",
    ),
    counter(
        "helpline_tokens_refused_total",
        &["reason"],
        || each(TokenFault::ALL.iter().map(|fault| fault.word())),
        "Tokens refused, by reason",
    ),
    counter(
        "helpline_refused_sign_ins_unrecorded_total",
        &[],
        one,
        "Sign-ins of sockets that were refused and left no row in access_log: too many from one address",
    ),
    counter(
        "helpline_oidc_sign_ins_total",
        &["outcome"],
        || each(oidc_outcomes()),
        "Sign-ins by the OpenID provider, by how they ended",
    ),
    counter(
        "helpline_jwks_failures_total",
        &[],
        one,
        "Times that the key set could not be fetched",
    ),
    counter(
        "helpline_http_requests_total",
        &["route", "method", "status"],
        faults_of_routes,
        "Requests to REST that were answered; the statuses of faults stand at 0 from the start",
    ),
    histogram(
        "helpline_http_request_seconds",
        &["route", "method"],
        none,
        "Time from a request to REST to its answer; a route appears with its first request",
    ),
    counter(
        "helpline_http_late_total",
        &[],
        one,
        "Requests whose answer did not come in time",
    ),
    counter(
        "helpline_http_address_limited_total",
        &[],
        one,
        "Requests refused because their address asks too often",
    ),
    counter(
        "helpline_http_refused_sign_ins_limited_total",
        &[],
        one,
        "Requests refused because their address has sent too many bad tokens",
    ),
    histogram(
        "helpline_commit_seconds",
        &[],
        one,
        "Time of a commit of messages, as this instance waits for it",
    ),
    histogram(
        "helpline_batch_messages",
        &[],
        one,
        "Messages of one commit",
    ),
    counter(
        "helpline_batch_retries_total",
        &[],
        one,
        "Commits of messages tried again after a fault that passes",
    ),
    counter(
        "helpline_sends_overloaded_total",
        &[],
        one,
        "Messages refused because too many were waiting",
    ),
    counter(
        "helpline_tickets_deferred_total",
        &[],
        one,
        "Times that a ticket was found locked, and its messages were put off",
    ),
    gauge(
        "helpline_writer_lanes",
        &[],
        one,
        "The most statements at a time that append messages (--writer-lanes)",
    ),
    gauge(
        "helpline_queue_depth",
        &["queue"],
        || each(QUEUES),
        "What waits: messages to be committed (writer), rows of access_log (access_log), news for other instances (relay)",
    ),
    gauge(
        "helpline_queue_max",
        &["queue"],
        || each(QUEUES),
        "What may wait in each of these queues",
    ),
    counter(
        "helpline_reads_dropped_total",
        &[],
        one,
        "Read positions dropped because too many were waiting; the next one of the same person says more",
    ),
    histogram(
        "helpline_delivery_seconds",
        &[],
        one,
        "Time from the writing of an event, by the database's clock, until it was queued for the sockets of its ticket here, by this machine's: commit, relay and fan-out",
    ),
    counter(
        "helpline_early_events_total",
        &[],
        one,
        "Events that came before an earlier one of their ticket, and were held",
    ),
    counter(
        "helpline_gaps_read_total",
        &[],
        one,
        "Reads of events that the relay had not brought",
    ),
    counter(
        "helpline_swept_rows_total",
        &[],
        one,
        "Events that the sweep delivered, because no one else had",
    ),
    counter(
        "helpline_sweeps_failed_total",
        &[],
        one,
        "Sweeps that the database did not answer",
    ),
    gauge(
        "helpline_sweep_success_timestamp_seconds",
        &[],
        one,
        "When a sweep last succeeded, in seconds since 1970",
    ),
    gauge(
        "helpline_relay_up",
        &[],
        one,
        "1 while news goes to other instances and comes from them, or no Redis is set; otherwise 0",
    ),
    gauge(
        "helpline_instances",
        &[],
        one,
        "Instances that serve this database, as this one sees them, itself included",
    ),
    counter(
        "helpline_relay_published_total",
        &[],
        one,
        "News published to other instances",
    ),
    counter(
        "helpline_relay_dropped_total",
        &[],
        one,
        "News for other instances dropped because Redis is away; the sweep delivers it",
    ),
    counter(
        "helpline_relay_unconfirmed_joins_total",
        &[],
        one,
        "Subscriptions to the news of a ticket that Redis did not confirm in time",
    ),
    counter(
        "helpline_relay_other_origin_total",
        &[],
        one,
        "News of another database that came over the same Redis",
    ),
    gauge(
        "helpline_pool_used",
        &[],
        one,
        "Connections to the database in use",
    ),
    gauge(
        "helpline_pool_idle",
        &[],
        one,
        "Connections to the database that are free",
    ),
    gauge(
        "helpline_pool_waiting",
        &[],
        one,
        "Callers that wait for a connection to the database",
    ),
    gauge(
        "helpline_pool_connections_max",
        &[],
        one,
        "The most connections to the database (--pool-connections-max); background jobs have 2 more",
    ),
    counter(
        "helpline_database_errors_total",
        &["class"],
        || each(StoreError::CLASSES),
        "Faults of the database, by the class of their SQLSTATE; connection: it did not answer, pool: no connection became free in time",
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
        "Rows that this program cannot read; each is logged once",
    ),
    gauge(
        "helpline_role_conflicts",
        &[],
        one,
        "Grants in the database that let customers or staff do more than they may",
    ),
    gauge(
        "helpline_build_info",
        &["version"],
        none,
        "1; the version is its label",
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

type Known = fn() -> Vec<Vec<String>>;

const fn counter(
    name: &'static str,
    labels: &'static [&'static str],
    known: Known,
    help: &'static str,
) -> Family {
    Family {
        name,
        kind: Kind::Counter,
        help,
        labels,
        known,
    }
}

const fn gauge(
    name: &'static str,
    labels: &'static [&'static str],
    known: Known,
    help: &'static str,
) -> Family {
    Family {
        name,
        kind: Kind::Gauge,
        help,
        labels,
        known,
    }
}

const fn histogram(
    name: &'static str,
    labels: &'static [&'static str],
    known: Known,
    help: &'static str,
) -> Family {
    Family {
        name,
        kind: Kind::Histogram,
        help,
        labels,
        known,
    }
}

/// A family without labels: one series.
fn one() -> Vec<Vec<String>> {
    vec![Vec::new()]
}

/// None beforehand: its labels have too many values.
const fn none() -> Vec<Vec<String>> {
    Vec::new()
}

fn each(values: impl IntoIterator<Item = impl ToString>) -> Vec<Vec<String>> {
    values
        .into_iter()
        .map(|value| vec![value.to_string()])
        .collect()
}

/// Every route with the statuses of faults: the first fault is a rise.
fn faults_of_routes() -> Vec<Vec<String>> {
    let routes = http::routes().flat_map(|route| {
        ["500", "503"].map(|status| {
            [route.path, route.method, status]
                .map(str::to_owned)
                .to_vec()
        })
    });
    routes.collect()
}
