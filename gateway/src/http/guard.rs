//! One request through a route: who tried it, on what, and the row that a refusal leaves.

use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use helpline_core::ids::{TicketId, UserId};
use helpline_core::reject::{Reject, RejectCode};
use helpline_persistence::audit::AccessRow;
use parking_lot::Mutex;
use serde_json::{Value, json};

use super::endpoint::{Endpoint, Needs};
use super::problem::{Refusal, Refused};
use super::state::{Http, Shared};
use crate::runtime::client_address::{client_address, peer, user_agent};
use crate::runtime::limiter::network;

/// What is known of a request; extractors fill it in as they learn more.
#[derive(Debug)]
pub struct Attempt {
    /// Through which route.
    pub endpoint: Endpoint,
    /// From where.
    pub address: Option<IpAddr>,
    /// With what.
    pub user_agent: Option<String>,
    known: Mutex<Known>,
}

#[derive(Debug, Default, Clone, Copy)]
struct Known {
    user: Option<UserId>,
    ticket: Option<TicketId>,
}

impl Attempt {
    /// The token was good: this person tries it.
    pub fn by(&self, user: UserId) {
        self.known.lock().user = Some(user);
    }

    /// The path names this ticket.
    pub fn on(&self, ticket: TicketId) {
        self.known.lock().ticket = Some(ticket);
    }

    /// Records that this ticket of several was refused; the others go on, and so does the answer when the row cannot be written.
    pub async fn record_refusal(&self, http: &Http, ticket: TicketId, code: RejectCode) {
        if is_fault(code) {
            return;
        }
        let mut row = self.row(self.endpoint.route().refused, Some(code), json!({"bulk": true}));
        row.ticket = Some(ticket);
        if let Err(reject) = http.parts.sign_in.audit_log.record(row).await {
            tracing::error!(code = %reject.code, "a refusal could not be recorded");
        }
    }

    fn row(&self, action: &str, refused: Option<RejectCode>, detail: Value) -> AccessRow {
        let known = *self.known.lock();
        AccessRow {
            user: known.user,
            action: action.to_owned(),
            ticket: known.ticket,
            refused,
            address: self.address,
            user_agent: self.user_agent.clone(),
            detail,
        }
    }

    /// Records a staff read under the route's name, or under another one; without its row, the read does not happen.
    ///
    /// # Errors
    /// When the row could not be written.
    pub async fn record_read(&self, http: &Http, action: Option<&str>, detail: Value) -> Result<(), Reject> {
        match action.or(self.endpoint.route().read) {
            Some(action) => http.parts.sign_in.audit_log.record(self.row(action, None, detail)).await,
            None => Ok(()),
        }
    }
}

/// Runs one request: rate of its address, then the route, then the row of its refusal, then its figures.
pub(super) async fn guard(State((http, endpoint)): State<(Shared, Endpoint)>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let trusted = &http.parts.config.listening.trusted_proxies;
    let address = peer(request.extensions()).map(|peer| client_address(peer, request.headers(), trusted));
    if let Some(wait_ms) = address.and_then(|address| http.rates.of_address.take(network(address), started).err()) {
        metrics::counter!("helpline_http_address_limited_total").increment(1);
        return too_fast(wait_ms).into_response();
    }
    let user_agent = user_agent(request.headers());
    let attempt = Arc::new(Attempt { endpoint, address, user_agent, known: Mutex::default() });
    request.extensions_mut().insert(Arc::clone(&attempt));
    let response = AssertUnwindSafe(next.run(request)).catch_unwind().await.unwrap_or_else(|_| {
        // The panic's own message went to stderr; a client learns nothing from it.
        Refusal::new(RejectCode::Internal, "something went wrong here").into_response()
    });
    let refused = response.extensions().get::<Refused>().map(|Refused(code)| *code);
    let response = match refused {
        Some(code) => recorded(&http, &attempt, code, response).await,
        None => response,
    };
    let labels = [("route", endpoint.route().path), ("method", endpoint.route().method)];
    metrics::histogram!("helpline_http_request_seconds", &labels).record(started.elapsed().as_secs_f64());
    metrics::counter!("helpline_http_requests_total", "route" => endpoint.route().path, "method" => endpoint.route().method,
        "status" => response.status().as_u16().to_string())
    .increment(1);
    response
}

/// Leaves the refusal's row before the answer goes out. A refusal stays one when its row cannot be written: nothing was done.
async fn recorded(http: &Http, attempt: &Attempt, code: RejectCode, response: Response) -> Response {
    let known = *attempt.known.lock();
    let now = Instant::now();
    match (code, known.user, attempt.address) {
        _ if is_fault(code) => return response,
        (RejectCode::RateLimited, Some(user), _) if http.rates.recorded_refusals.take(user, now).is_err() => return response,
        // Of an unknown client, a bad token as a rule: a flood of them is no flood of rows.
        (_, None, Some(address)) => {
            if let Err(wait_ms) = http.rates.refused_sign_ins.take(network(address), now) {
                metrics::counter!("helpline_http_refused_sign_ins_limited_total").increment(1);
                return too_fast(wait_ms).into_response();
            }
        }
        _ => {}
    }
    let route = attempt.endpoint.route();
    let is_sign_in = known.user.is_none() && route.needs != Needs::Nothing;
    let action = if is_sign_in { "sign_in_refused" } else { route.refused };
    let detail = json!({"route": route.path, "method": route.method});
    if let Err(reject) = http.parts.sign_in.audit_log.record(attempt.row(action, Some(code), detail)).await {
        tracing::error!(code = %reject.code, action, "a refusal could not be recorded");
    }
    response
}

/// Faults of ours, not refusals; they are in the log.
const fn is_fault(code: RejectCode) -> bool {
    matches!(code, RejectCode::Internal | RejectCode::Unavailable | RejectCode::Overloaded)
}

pub(super) fn too_fast(wait_ms: u64) -> Refusal {
    Reject::new(RejectCode::RateLimited, "too many requests").retry_after_ms(wait_ms).into()
}
