//! Extractors for the signed-in person and for the ticket in the request's path. The guard (the
//! route's middleware) stores both in the request's extensions before the handler runs.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use helpline_core::actor::{Actor, Audience};
use helpline_core::ids::{TicketId, TicketRef};
use helpline_core::policy::{self, DeskAction, TicketAction};
use helpline_core::ticket::TicketFacts;
use helpline_core::token_subject::TokenSubject;
use helpline_persistence::people::Person;
use helpline_persistence::{Caller, Reader};

use super::problem::Refusal;
use super::request_audit::RequestAudit;
use super::request_rates::{UserRates, too_fast};

/// The signed-in person, with the rights that they had when the request arrived.
#[derive(Clone)]
pub(crate) struct CurrentUser {
    /// The person as read from the database.
    pub(super) person: Person,
    /// The person in the form that write operations need, with the client's address and
    /// `User-Agent` for audit rows.
    pub(super) caller: Caller,
    /// Records reads by this person in `access_log`.
    pub(super) audit: Arc<RequestAudit>,
    /// The subject of the person's token. The rate limiter `rates` uses it as the person's key.
    pub(super) subject: TokenSubject,
    pub(super) rates: Arc<UserRates>,
}

impl CurrentUser {
    /// The person's id and rights, as the access policy needs them.
    pub(super) fn actor(&self) -> &Actor {
        &self.caller.actor
    }

    /// Returns a `Reader` for this person, which restricts database reads to what the audience may
    /// see.
    pub(super) fn reader(&self, audience: Audience) -> Reader {
        Reader {
            user: self.actor().user,
            audience,
        }
    }

    /// Counts `requests` requests against the person's rate limit, in addition to the one that the
    /// guard (the route's middleware) has counted for this HTTP request.
    ///
    /// # Errors
    /// `rate_limited` if the limit is exceeded.
    pub(super) fn charge(&self, requests: usize) -> Result<(), Refusal> {
        let count = u32::try_from(requests).unwrap_or(u32::MAX);
        self.rates
            .take_many(self.subject.clone(), count, Instant::now())
            .map_err(too_fast)
    }

    /// Checks whether the person may perform an action on the desk. Only needed on routes where the
    /// query string decides which action is needed. On all other routes, the guard (the route's
    /// middleware) checks the action.
    ///
    /// # Errors
    /// `forbidden` if the person's role does not allow the action.
    pub(super) fn may(&self, action: DeskAction) -> Result<(), Refusal> {
        Ok(policy::decide_desk(self.actor(), action)?)
    }
}

/// The ticket in the path. The guard (the route's middleware) has checked that the person may read
/// the ticket.
#[derive(Clone)]
pub(crate) struct OpenTicket {
    /// The facts about the ticket that the access policy needs.
    pub(super) facts: TicketFacts,
}

impl OpenTicket {
    pub(super) fn id(&self) -> TicketId {
        self.facts.id
    }

    /// Whether this person reads the ticket as staff or as its customer.
    pub(super) fn audience(&self, user: &CurrentUser) -> Audience {
        user.actor().audience(&self.facts)
    }

    /// Checks whether the person may perform an action on the ticket. Only needed on routes where
    /// the request body decides which action is needed. On all other routes, the guard (the route's
    /// middleware) checks the action.
    ///
    /// # Errors
    /// The policy's refusal.
    pub(super) fn allows(&self, user: &CurrentUser, action: TicketAction) -> Result<(), Refusal> {
        policy::decide(user.actor(), action, &self.facts)?;
        Ok(())
    }
}

/// The ticket in the path, before any check: it may not exist, or the person may not be allowed to
/// read it.
pub(crate) struct NamedTicket(pub(crate) TicketRef);

/// Returns the person or ticket (`T`) that the guard (the route's middleware) stored in the
/// request's extensions. Panics if the route's `needs` require no `T`, because the guard then
/// stores no `T`.
fn left<T: Clone + Send + Sync + 'static>(parts: &Parts) -> T {
    parts
        .extensions
        .get::<T>()
        .expect("the guard leaves what the route needs")
        .clone()
}

impl<S: Send + Sync> FromRequestParts<S> for CurrentUser {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        Ok(left(parts))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for OpenTicket {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        Ok(left(parts))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for NamedTicket {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        Ok(Self(left(parts)))
    }
}
