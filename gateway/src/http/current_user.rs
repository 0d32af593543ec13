//! Who asks, and about which ticket: left by the guard, taken by the handler.

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

/// The signed-in person, with the rights of this moment.
#[derive(Clone)]
pub(crate) struct CurrentUser {
    /// As the database knows them.
    pub(super) person: Person,
    /// For writes and their audit rows.
    pub(super) caller: Caller,
    /// For audit rows of reads.
    pub(super) audit: Arc<RequestAudit>,
    /// By what `rates` knows them.
    pub(super) subject: TokenSubject,
    pub(super) rates: Arc<UserRates>,
}

impl CurrentUser {
    /// The person and their rights.
    pub(super) fn actor(&self) -> &Actor {
        &self.caller.actor
    }

    /// Reads as this side.
    pub(super) fn reader(&self, audience: Audience) -> Reader {
        Reader {
            user: self.actor().user,
            audience,
        }
    }

    /// Counts further work of this request as so many requests.
    ///
    /// # Errors
    /// `rate_limited`.
    pub(super) fn charge(&self, requests: usize) -> Result<(), Refusal> {
        let count = u32::try_from(requests).unwrap_or(u32::MAX);
        self.rates
            .take_many(self.subject.clone(), count, Instant::now())
            .map_err(too_fast)
    }

    /// Asks the policy about the desk, where the route needs one of several actions.
    ///
    /// # Errors
    /// `forbidden`.
    pub(super) fn may(&self, action: DeskAction) -> Result<(), Refusal> {
        Ok(policy::decide_desk(self.actor(), action)?)
    }
}

/// The ticket that the path names, which the person may read.
#[derive(Clone)]
pub(crate) struct OpenTicket {
    /// What the policy needs to know.
    pub(super) facts: TicketFacts,
}

impl OpenTicket {
    pub(super) fn id(&self) -> TicketId {
        self.facts.id
    }

    /// As which side the person reads it.
    pub(super) fn audience(&self, user: &CurrentUser) -> Audience {
        user.actor().audience(&self.facts)
    }

    /// Asks the policy about the ticket, where the route needs one of several actions.
    ///
    /// # Errors
    /// What the policy refuses.
    pub(super) fn allows(&self, user: &CurrentUser, action: TicketAction) -> Result<(), Refusal> {
        policy::decide(user.actor(), action, &self.facts)?;
        Ok(())
    }
}

/// The ticket that the path names, not checked yet.
pub(crate) struct NamedTicket(pub(crate) TicketRef);

/// Left by the guard, by what the route needs.
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
