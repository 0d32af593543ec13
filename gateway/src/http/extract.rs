//! What handlers take from a request's path and headers, each refused with a problem of its own; query and body are [`super::input`]'s.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{FromRequestParts, Path};
use axum::http::header;
use axum::http::request::Parts;
use helpline_core::actor::{Actor, Audience};
use helpline_core::ids::{Key, MessageId, SavedReplyId, TicketId, TicketRef, UserId};
use helpline_core::policy::{self, DeskAction, TicketAction};
use helpline_core::reject::{Reject, RejectCode};
use helpline_persistence::people::Person;
use helpline_persistence::settings;
use helpline_persistence::tickets::{self, Opened};
use helpline_persistence::{Doer, Reader};

use super::guard::{Attempt, too_fast};
use super::problem::Refusal;
use super::state::{Http, Shared};

/// The signed-in person, with the rights of this moment.
pub struct Signed {
    /// As the record knows them.
    pub person: Person,
    /// For writes and their audit rows.
    pub doer: Doer,
    /// For audit rows of reads.
    pub attempt: Arc<Attempt>,
}

impl Signed {
    /// The person and their rights.
    pub fn actor(&self) -> &Actor {
        &self.doer.actor
    }

    /// Reads as this side.
    pub fn reader(&self, audience: Audience) -> Reader {
        Reader { user: self.actor().user, audience }
    }

    /// Asks the policy about the desk.
    ///
    /// # Errors
    /// `forbidden`.
    pub fn may(&self, action: DeskAction) -> Result<(), Refusal> {
        Ok(policy::decide_desk(self.actor(), action)?)
    }

    /// Finds the ticket that the path names and asks the policy about it; every action given must be allowed.
    ///
    /// # Errors
    /// `not_found` for a missing ticket as for a foreign one; otherwise what the policy refuses.
    pub async fn on(&self, http: &Http, ticket: &TicketRef, actions: &[TicketAction]) -> Result<(TicketId, Audience), Refusal> {
        let opened = self.find(http, ticket).await?;
        let mut audience = policy::decide(self.actor(), TicketAction::Read, &opened.facts)?;
        for action in actions {
            audience = policy::decide(self.actor(), *action, &opened.facts)?;
        }
        Ok((opened.facts.id, audience))
    }

    /// Finds the ticket that the path names, and asks nothing.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn find(&self, http: &Http, ticket: &TicketRef) -> Result<Opened, Refusal> {
        let opened = tickets::open(&http.parts.store, ticket).await?;
        let opened = opened.ok_or_else(Reject::not_found)?;
        self.attempt.on(opened.facts.id);
        Ok(opened)
    }
}

impl FromRequestParts<Shared> for Signed {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, http: &Shared) -> Result<Self, Refusal> {
        let attempt = Arc::clone(parts.extensions.get::<Arc<Attempt>>().expect("every route runs in its guard"));
        let token = bearer(parts).ok_or_else(|| Refusal::new(RejectCode::NotAuthenticated, "a bearer token is needed"))?;
        let verified = http.parts.sign_in.verifier.verify(token).await?;
        let user = verified.identity.user;
        attempt.by(user);
        http.rates.of_user.take(user, Instant::now()).map_err(too_fast)?;
        let person = http.parts.sign_in.sign_in.sign_in(&verified.identity).await?;
        let doer = Doer { actor: Actor { user, role: person.role }, address: attempt.address, user_agent: attempt.user_agent.clone() };
        Ok(Self { person, doer, attempt })
    }
}

/// The token stands in this header and nowhere else, least of all in the URL.
fn bearer(parts: &Parts) -> Option<&str> {
    let (scheme, token) = parts.headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The ticket in the path. What is neither an id nor a number names no ticket.
pub struct TicketPath(pub TicketRef);

impl FromRequestParts<Shared> for TicketPath {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, http: &Shared) -> Result<Self, Refusal> {
        let names = path_names(parts, http).await?;
        let ticket = names.first().and_then(|text| text.parse().ok()).ok_or_else(Reject::not_found)?;
        if let TicketRef::Id(id) = ticket {
            parts.extensions.get::<Arc<Attempt>>().expect("every route runs in its guard").on(id);
        }
        Ok(Self(ticket))
    }
}

/// The ticket and the message in the path.
pub struct MessagePath(pub TicketRef, pub MessageId);

impl FromRequestParts<Shared> for MessagePath {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, http: &Shared) -> Result<Self, Refusal> {
        let TicketPath(ticket) = TicketPath::from_request_parts(parts, http).await?;
        let names = path_names(parts, http).await?;
        let message = names.get(1).and_then(|text| text.parse().ok());
        Ok(Self(ticket, message.ok_or_else(|| Refusal::new(RejectCode::NotFound, "no such message"))?))
    }
}

/// The person in the path.
pub struct UserPath(pub UserId);

impl FromRequestParts<Shared> for UserPath {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, http: &Shared) -> Result<Self, Refusal> {
        let user = path_names(parts, http).await?.first().and_then(|text| text.parse().ok());
        Ok(Self(user.ok_or_else(|| Refusal::new(RejectCode::NotFound, "no such person"))?))
    }
}

/// The saved reply in the path.
pub struct ReplyPath(pub SavedReplyId);

impl FromRequestParts<Shared> for ReplyPath {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, http: &Shared) -> Result<Self, Refusal> {
        let reply = path_names(parts, http).await?.first().and_then(|text| text.parse().ok());
        Ok(Self(reply.ok_or_else(|| Refusal::new(RejectCode::NotFound, "no such saved reply"))?))
    }
}

/// The setting in the path.
pub struct SettingPath(pub settings::Name);

impl FromRequestParts<Shared> for SettingPath {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, http: &Shared) -> Result<Self, Refusal> {
        let names = path_names(parts, http).await?;
        let known = names.first().and_then(|text| settings::Name::ALL.iter().find(|name| name.as_str() == text));
        Ok(Self(*known.ok_or_else(|| Refusal::new(RejectCode::NotFound, "no such setting"))?))
    }
}

async fn path_names(parts: &mut Parts, http: &Shared) -> Result<Vec<String>, Refusal> {
    let Path(names) = Path::<Vec<(String, String)>>::from_request_parts(parts, http)
        .await
        .map_err(|_| Refusal::new(RejectCode::NotFound, "no such address"))?;
    Ok(names.into_iter().map(|(_, value)| value).collect())
}

/// The `Idempotency-Key`: names this attempt, so that a retry is known again.
pub struct IdempotencyKey(pub Key);

impl FromRequestParts<Shared> for IdempotencyKey {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &Shared) -> Result<Self, Refusal> {
        let mut values = parts.headers.get_all("idempotency-key").iter();
        let value = values.next().ok_or_else(|| Refusal::field("Idempotency-Key", "this header is needed"))?;
        if values.next().is_some() {
            return Err(Refusal::field("Idempotency-Key", "given twice"));
        }
        let text = value.to_str().map_err(|_| Refusal::field("Idempotency-Key", helpline_core::ids::InvalidKey))?;
        Key::parse(text).map(Self).map_err(|error| Refusal::field("Idempotency-Key", error))
    }
}
