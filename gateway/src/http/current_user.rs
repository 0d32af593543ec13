//! The person who sends the request and the ticket that it names. The guard puts them into the
//! request's extensions, and the handlers extract them.

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

/// The signed-in person, with the rights that they have at this moment.
#[derive(Clone)]
pub(crate) struct CurrentUser {
    /// The person's row in the database.
    pub(super) person: Person,
    /// The person as writes and their audit rows need them.
    pub(super) caller: Caller,
    /// Writes the audit rows of reads.
    pub(super) audit: Arc<RequestAudit>,
    /// The token's subject, which is the person's key in `rates`.
    pub(super) subject: TokenSubject,
    pub(super) rates: Arc<UserRates>,
}

impl CurrentUser {
    /// The person and their rights.
    pub(super) fn actor(&self) -> &Actor {
        &self.caller.actor
    }

    /// Returns a reader that reads as the given audience.
    pub(super) fn reader(&self, audience: Audience) -> Reader {
        Reader {
            user: self.actor().user,
            audience,
        }
    }

    /// Charges `requests` more requests to the person's rate limit.
    ///
    /// # Errors
    /// `rate_limited` if the limit is exceeded.
    pub(super) fn charge(&self, requests: usize) -> Result<(), Refusal> {
        let count = u32::try_from(requests).unwrap_or(u32::MAX);
        self.rates
            .take_many(self.subject.clone(), count, Instant::now())
            .map_err(too_fast)
    }

    /// Asks the policy whether the person may perform a desk action. For routes that need one of
    /// several actions.
    ///
    /// # Errors
    /// `forbidden` if the person's role does not allow it.
    pub(super) fn may(&self, action: DeskAction) -> Result<(), Refusal> {
        Ok(policy::decide_desk(self.actor(), action)?)
    }
}

/// The ticket in the path, which the person may read.
#[derive(Clone)]
pub(crate) struct OpenTicket {
    /// The facts that the policy needs.
    pub(super) facts: TicketFacts,
}

impl OpenTicket {
    pub(super) fn id(&self) -> TicketId {
        self.facts.id
    }

    /// The audience as which the person reads the ticket.
    pub(super) fn audience(&self, user: &CurrentUser) -> Audience {
        user.actor().audience(&self.facts)
    }

    /// Asks the policy whether the person may perform an action on the ticket. For routes that need
    /// one of several actions.
    ///
    /// # Errors
    /// The policy's refusal.
    pub(super) fn allows(&self, user: &CurrentUser, action: TicketAction) -> Result<(), Refusal> {
        policy::decide(user.actor(), action, &self.facts)?;
        Ok(())
    }
}

/// The ticket in the path. Neither its existence nor the person's rights have been checked.
pub(crate) struct NamedTicket(pub(crate) TicketRef);

/// Returns what the guard has put into the request's extensions. Panics if the route does not need
/// a `T`, because the guard then did not set one.
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
