//! Opens, changes, rates and redacts tickets.

use std::sync::Arc;

use helpline_core::ids::{TicketId, TicketRef};
use helpline_core::policy::{self, TicketAction};
use helpline_core::reject::Reject;
use helpline_persistence::tickets::{self, Created, NewTicket, Patch, Redaction};
use helpline_persistence::{By, Caller, Store, StoreError, Transaction};

use crate::database::errors::reject_of;
use crate::live::Hub;

/// Writes tickets to the database and publishes the resulting events.
pub struct Tickets {
    store: Store,
    hub: Arc<Hub>,
}

impl Tickets {
    /// `hub` publishes the events that the changes write.
    pub const fn new(store: Store, hub: Arc<Hub>) -> Self {
        Self { store, hub }
    }

    /// Opens a ticket. If a ticket was already opened with the same idempotency key, nothing
    /// changes.
    ///
    /// # Errors
    /// When the database refuses the change.
    pub async fn create(&self, caller: &Caller, new: &NewTicket) -> Result<Created, StoreError> {
        let created = tickets::create(&self.store, caller, new).await?;
        self.hub.publish(&created.rows);
        Ok(created)
    }

    /// Opens a ticket in the caller's transaction. [`commit`](super::commit) publishes its events.
    /// If a ticket was already opened with the same idempotency key, nothing is written or
    /// published.
    ///
    /// # Errors
    /// When the database refuses the change. The transaction can no longer be committed.
    pub async fn create_in(
        transaction: &mut Transaction,
        caller: &Caller,
        new: &NewTicket,
    ) -> Result<TicketId, StoreError> {
        Ok(tickets::create(transaction, caller, new).await?.id)
    }

    /// Makes all changes of a ticket patch, or none of them.
    ///
    /// # Errors
    /// When the database refuses the change.
    pub async fn change(
        &self,
        caller: &Caller,
        ticket: TicketId,
        patch: Patch,
    ) -> Result<(), StoreError> {
        let rows = tickets::change(&self.store, caller, ticket, patch).await?;
        self.hub.publish(&rows);
        Ok(())
    }

    /// Like [`Self::change`], but in the caller's transaction, and for a person or the system.
    /// [`commit`](super::commit) publishes the events.
    ///
    /// # Errors
    /// When the database refuses the change. The transaction can no longer be committed.
    pub async fn change_in(
        transaction: &mut Transaction,
        by: impl Into<By<'_>>,
        ticket: TicketId,
        patch: Patch,
    ) -> Result<(), StoreError> {
        tickets::change(transaction, by, ticket, patch)
            .await
            .map(drop)
    }

    /// Like [`Self::change`], for one of many tickets that a request changes. First reads the
    /// ticket and checks the caller's rights, as a request that changes only this ticket does.
    ///
    /// # Errors
    /// `not_found`, or the refusal of the policy or the database.
    pub async fn change_one_of_many(
        &self,
        caller: &Caller,
        ticket: TicketId,
        patch: Patch,
    ) -> Result<(), Reject> {
        let opened = tickets::access(&self.store, &TicketRef::Id(ticket))
            .await
            .map_err(|error| reject_of(&error))?;
        let facts = opened.ok_or_else(Reject::not_found)?.facts;
        for action in actions_of(&patch) {
            policy::decide(&caller.actor, action, &facts)?;
        }
        self.change(caller, ticket, patch)
            .await
            .map_err(|error| reject_of(&error))
    }

    /// Rates a ticket as its customer. The ticket must be resolved or closed.
    ///
    /// # Errors
    /// When the database refuses the change.
    pub async fn rate(
        &self,
        caller: &Caller,
        ticket: TicketId,
        rating: u8,
        comment: Option<&str>,
    ) -> Result<(), StoreError> {
        let rows = tickets::rate(&self.store, caller, ticket, rating, comment).await?;
        self.hub.publish(&rows);
        Ok(())
    }

    /// Permanently removes a text that is not a message, such as the subject. Members of the
    /// ticket's room reload the ticket, because they may have received the text.
    ///
    /// # Errors
    /// When the database refuses the change.
    pub async fn redact(
        &self,
        caller: &Caller,
        ticket: TicketId,
        redaction: Redaction,
    ) -> Result<(), StoreError> {
        let rows = tickets::redact(&self.store, caller, ticket, redaction).await?;
        self.hub.publish(&rows);
        Ok(())
    }
}

/// The actions that the access policy must allow before the changes in `patch` are made.
pub fn actions_of(patch: &Patch) -> impl Iterator<Item = TicketAction> {
    let Patch {
        status,
        priority,
        category,
        assigned_to,
        // `if_assigned_to` is only a condition for changing `assigned_to`, so it needs no
        // additional permission.
        if_assigned_to: _,
    } = patch;
    let triage = priority.is_some() || category.is_some() || assigned_to.is_some();
    [
        triage.then_some(TicketAction::Triage),
        status.map(|_| TicketAction::ChangeStatus),
    ]
    .into_iter()
    .flatten()
}
