//! Tickets: opened, changed, rated.

use std::sync::Arc;

use helpline_core::ids::{TicketId, TicketRef};
use helpline_core::policy::{self, TicketAction};
use helpline_core::reject::Reject;
use helpline_persistence::tickets::{self, Created, NewTicket, Patch, Redaction};
use helpline_persistence::{Caller, Store, StoreError, Transaction};

use crate::database::errors::reject_of;
use crate::live::Hub;

/// Writes tickets.
pub struct Tickets {
    store: Store,
    hub: Arc<Hub>,
}

impl Tickets {
    /// Publishes through this hub.
    pub const fn new(store: Store, hub: Arc<Hub>) -> Self {
        Self { store, hub }
    }

    /// Opens a ticket; one with the same key again changes nothing.
    ///
    /// # Errors
    /// What the database refuses.
    pub async fn create(&self, caller: &Caller, new: &NewTicket) -> Result<Created, StoreError> {
        let created = tickets::create(&self.store, caller, new).await?;
        self.hub.publish(&created.rows);
        Ok(created)
    }

    /// Opens a ticket within a transaction; published by its [`commit`](super::commit). Of a known key nothing is published again.
    ///
    /// # Errors
    /// What the database refuses: then the transaction cannot be committed.
    pub async fn create_in(
        transaction: &mut Transaction,
        caller: &Caller,
        new: &NewTicket,
    ) -> Result<TicketId, StoreError> {
        Ok(tickets::create(transaction, caller, new).await?.id)
    }

    /// Changes the fields given, all or none.
    ///
    /// # Errors
    /// What the database refuses.
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

    /// The same within a transaction; published by its [`commit`](super::commit).
    ///
    /// # Errors
    /// What the database refuses: then the transaction cannot be committed.
    pub async fn change_in(
        transaction: &mut Transaction,
        caller: &Caller,
        ticket: TicketId,
        patch: Patch,
    ) -> Result<(), StoreError> {
        tickets::change(transaction, caller, ticket, patch)
            .await
            .map(drop)
    }

    /// The same for one ticket of many: reads it and checks the caller's rights first, like a request of its own.
    ///
    /// # Errors
    /// `not_found`; what the policy or the database refuses.
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

    /// Rates a ticket that is over, as its customer.
    ///
    /// # Errors
    /// What the database refuses.
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

    /// Removes a text that is no message, permanently. Members of the ticket start over: they may hold it.
    ///
    /// # Errors
    /// What the database refuses.
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

/// What the policy is asked for before a change.
pub fn actions_of(patch: &Patch) -> impl Iterator<Item = TicketAction> {
    let Patch {
        status,
        priority,
        category,
        assigned_to,
        // Checked together with `assigned_to`, which it needs.
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
