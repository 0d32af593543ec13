//! The guard is middleware around every REST route. It limits requests per client address,
//! identifies the person, checks the route's `needs`, and runs the handler. It then records a
//! refusal in `access_log` and updates the metrics.

use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use axum::extract::{Path, Request, State};
use axum::http::header;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use helpline_core::actor::Actor;
use helpline_core::ids::TicketRef;
use helpline_core::limits;
use helpline_core::policy::{self, TicketAction};
use helpline_core::reject::{Reject, RejectCode};
use helpline_core::token_subject::TokenSubject;
use helpline_persistence::{Caller, Store, tickets};

use super::current_user::{CurrentUser, OpenTicket};
use super::deadline::Deadline;
use super::endpoint::{Needs, Route};
use super::problem::{Refusal, Refused};
use super::request_audit::{RequestAudit, is_fault};
use super::request_rates::{UserRates, too_fast};
use super::state::SignInParts;
use crate::config::{Cidr, LimitSettings, Rate};
use crate::database::sign_in::{self, Over};
use crate::runtime::client_address::{client_address, peer};
use crate::runtime::errors::unavailable;
use crate::runtime::limiter::{Limiter, network};

/// The state that the guard (the middleware of REST routes) needs for its checks.
pub(super) struct Guard {
    trusted_proxies: Vec<Cidr>,
    rates: RequestRates,
    sign_in: SignInParts,
    store: Store,
}

/// The rate limiters of the guard (the middleware of REST routes).
struct RequestRates {
    /// Limits the requests of each user. Each ticket of a bulk change counts as one request.
    of_user: Arc<UserRates>,
    /// Limits the requests from each client address.
    of_address: Limiter<IpAddr>,
    /// Limits how many requests with an invalid token are recorded in `access_log` per client
    /// address.
    refused_sign_ins: Limiter<IpAddr>,
    /// Limits how many rate-limited requests are recorded in `access_log` per user.
    recorded_refusals: Limiter<TokenSubject>,
}

/// Runs the guard's checks (rate limits, sign-in, permissions) and then the handler of a request.
pub(super) async fn guard(
    State((guard, route)): State<(Arc<Guard>, &'static Route)>,
    request: Request,
    next: Next,
) -> Response {
    let started = Instant::now();
    let address = peer(request.extensions())
        .map(|peer| client_address(peer, request.headers(), &guard.trusted_proxies));
    if let Some(wait_ms) =
        address.and_then(|address| guard.rates.of_address.take(network(address), started).err())
    {
        metrics::counter!("helpline_http_address_limited_total").increment(1);
        return too_fast(wait_ms).into_response();
    }
    let audit = Arc::new(RequestAudit::new(
        route,
        Arc::clone(&guard.sign_in.audit_log),
        address,
        &request,
    ));
    let (deadline, is_read) = (Deadline::start(), request.method().is_safe());
    let answering = async {
        let (mut parts, body) = request.into_parts();
        parts.extensions.insert(Arc::clone(&audit));
        parts.extensions.insert(deadline.clone());
        match guard.admit(route, &audit, &mut parts).await {
            Ok(()) => next.run(Request::from_parts(parts, body)).await,
            Err(refusal) => refusal.into_response(),
        }
    };
    let answering = AssertUnwindSafe(answering).catch_unwind();
    let response = match deadline.run(answering).await {
        Some(Ok(response)) => response,
        // The handler panicked. The panic hook has already printed the message, and the client gets
        // no details.
        Some(Err(_)) => Refusal::new(RejectCode::Internal, "internal error").into_response(),
        None => late(is_read).into_response(),
    };
    let refused = response
        .extensions()
        .get::<Refused>()
        .map(|Refused(code)| *code);
    let response = match refused {
        Some(code) => {
            // The refusal is sent even if its audit row cannot be written before the deadline. The
            // row is then written once the database responds.
            let recorded = deadline.run(guard.record(&audit, code)).await;
            recorded
                .flatten()
                .map_or(response, IntoResponse::into_response)
        }
        None => response,
    };
    let labels = [("route", route.path), ("method", route.method)];
    metrics::histogram!("helpline_http_request_seconds", &labels)
        .record(started.elapsed().as_secs_f64());
    metrics::counter!("helpline_http_requests_total", "route" => route.path, "method" => route.method,
        "status" => response.status().as_u16().to_string())
    .increment(1);
    response
}

impl Guard {
    pub(super) fn new(
        trusted_proxies: Vec<Cidr>,
        settings: &LimitSettings,
        sign_in: SignInParts,
        store: Store,
    ) -> Self {
        let of_user = Rate {
            per_second: settings.requests_per_second,
            burst: settings.requests_burst,
        };
        let sign_ins = Rate {
            per_second: limits::SIGN_INS_REFUSED_PER_SECOND,
            burst: limits::SIGN_INS_REFUSED_BURST,
        };
        let recorded = limits::RATE_REFUSALS_RECORDED_PER_SECOND;
        let rates = RequestRates {
            of_user: Arc::new(Limiter::new(of_user)),
            of_address: Limiter::new(of_user.times(limits::REQUESTS_ADDRESS_FACTOR)),
            refused_sign_ins: Limiter::new(sign_ins),
            recorded_refusals: Limiter::new(Rate {
                per_second: recorded,
                burst: recorded,
            }),
        };
        Self {
            trusted_proxies,
            rates,
            sign_in,
            store,
        }
    }

    /// Checks the permissions that the route needs. Stores the person and the ticket in the
    /// request's extensions, where the handler's extractors find them.
    async fn admit(
        &self,
        route: &Route,
        audit: &Arc<RequestAudit>,
        parts: &mut Parts,
    ) -> Result<(), Refusal> {
        if route.needs == Needs::Nothing {
            return Ok(());
        }
        let user = self.current_user(audit, parts).await?;
        match route.needs {
            Needs::Nothing | Needs::SignedIn => {}
            Needs::Desk(actions) => any(actions
                .iter()
                .map(|action| policy::decide_desk(user.actor(), *action)))?,
            Needs::Ticket(actions) => {
                let ticket = self.open(audit, parts).await?;
                policy::decide(user.actor(), TicketAction::Read, &ticket.facts)?;
                any(actions
                    .iter()
                    .map(|action| policy::decide(user.actor(), *action, &ticket.facts).map(drop)))?;
                parts.extensions.insert(ticket);
            }
            Needs::TicketUnderLock(_) => drop(named_ticket(audit, parts).await?),
        }
        parts.extensions.insert(user);
        Ok(())
    }

    /// Identifies the signed-in person from the bearer token, and reads their current rights.
    async fn current_user(
        &self,
        audit: &Arc<RequestAudit>,
        parts: &Parts,
    ) -> Result<CurrentUser, Refusal> {
        let token = bearer(parts).ok_or_else(|| {
            Refusal::new(RejectCode::NotAuthenticated, "a bearer token is required")
        })?;
        let verified = self.sign_in.verifier.verify(token).await;
        let verified = verified.map_err(|fault| {
            audit.because(fault);
            let reject = fault.reject();
            sign_in::count(Over::Rest, Some(reject.code));
            reject
        })?;
        let subject = verified.identity.subject.clone();
        audit.by(&subject);
        self.rates
            .of_user
            .take(subject.clone(), Instant::now())
            .map_err(too_fast)?;
        let person = self.sign_in.sign_in.person(&verified.identity).await;
        let admitted = person.and_then(|person| {
            audit.signed_in(person.id);
            sign_in::admitted(person)
        });
        sign_in::count(
            Over::Rest,
            admitted.as_ref().err().map(|reject| reject.code),
        );
        let person = admitted?;
        let caller = Caller {
            actor: Actor {
                user: person.id,
                role: person.role,
            },
            address: audit.address,
            user_agent: audit.user_agent.clone(),
        };
        Ok(CurrentUser {
            person,
            caller,
            audit: Arc::clone(audit),
            subject,
            rates: Arc::clone(&self.rates.of_user),
        })
    }

    /// Reads the facts about the ticket in the path that the access policy needs.
    async fn open(&self, audit: &RequestAudit, parts: &mut Parts) -> Result<OpenTicket, Refusal> {
        let named = named_ticket(audit, parts).await?;
        let opened = tickets::access(&self.store, &named)
            .await?
            .ok_or_else(Reject::not_found)?;
        audit.on(opened.facts.id);
        Ok(OpenTicket {
            facts: opened.facts,
        })
    }

    /// Records a refusal in `access_log` before the response is sent. If the client's address
    /// causes too many rows, records nothing and returns the `rate_limited` refusal to send
    /// instead.
    async fn record(&self, audit: &RequestAudit, code: RejectCode) -> Option<Refusal> {
        let now = Instant::now();
        match (code, audit.subject(), audit.address) {
            _ if is_fault(code) => return None,
            (RejectCode::RateLimited, Some(ref subject), _)
                if self
                    .rates
                    .recorded_refusals
                    .take(subject.clone(), now)
                    .is_err() =>
            {
                return None;
            }
            // A request without a known person usually has an invalid token. Limit these requests
            // per address, so that a flood of them does not fill `access_log`.
            (_, None, Some(address)) => {
                if let Err(wait_ms) = self.rates.refused_sign_ins.take(network(address), now) {
                    metrics::counter!("helpline_http_refused_sign_ins_limited_total").increment(1);
                    return Some(too_fast(wait_ms));
                }
            }
            _ => {}
        }
        audit.refused(code).await;
        None
    }
}

/// Succeeds if at least one of the policy decisions allows its action. Otherwise returns the last
/// refusal.
fn any(mut decided: impl Iterator<Item = Result<(), Reject>>) -> Result<(), Reject> {
    let mut last = Ok(());
    decided
        .find_map(|one| match one {
            Ok(()) => Some(Ok(())),
            Err(_) => {
                last = one;
                None
            }
        })
        .unwrap_or(last)
}

/// Parses the ticket in the path, which is an id or a number. Any other text is refused with
/// `not_found`.
async fn named_ticket(audit: &RequestAudit, parts: &mut Parts) -> Result<TicketRef, Refusal> {
    use axum::RequestPartsExt as _;
    let Path(names) = parts
        .extract::<Path<Vec<(String, String)>>>()
        .await
        .map_err(|_| Reject::not_found())?;
    let ticket: TicketRef = names
        .first()
        .and_then(|(_, text)| text.parse().ok())
        .ok_or_else(Reject::not_found)?;
    if let TicketRef::Id(id) = ticket {
        audit.on(id);
    }
    parts.extensions.insert(ticket.clone());
    Ok(ticket)
}

/// Returns the bearer token of the `Authorization` header. A token in the URL is never accepted.
fn bearer(parts: &Parts) -> Option<&str> {
    let (scheme, token) = parts
        .headers
        .get(header::AUTHORIZATION)?
        .to_str()
        .ok()?
        .split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The refusal for a request whose deadline has passed. If the request was not a read, the message
/// says that the server may or may not have carried it out.
fn late(is_read: bool) -> Refusal {
    metrics::counter!("helpline_http_late_total").increment(1);
    let mut reject = unavailable();
    if !is_read {
        reject.message =
            "no answer in time: the request may or may not have been carried out; repeat it, with the same Idempotency-Key if it has one"
                .to_owned();
    }
    reject.into()
}
