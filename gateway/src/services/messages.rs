//! Messages: sent through the group commit, edited, redacted.

use std::sync::Arc;

use helpline_core::body::Body;
use helpline_core::history::HistoryRow;
use helpline_core::ids::{MessageId, TicketId};
use helpline_core::reject::Reject;
use helpline_persistence::messages::{self, NewMessage};
use helpline_persistence::{Caller, Store, StoreError};
use tokio::sync::oneshot;

use crate::connections::{Connection, WakeList};
use crate::live::Hub;
use crate::live::typing::Typing;
use crate::runtime::errors::unavailable;
use crate::writer::{Reply, Stored, Writer};

/// Writes messages.
pub struct Messages {
    store: Store,
    writer: Writer,
    hub: Arc<Hub>,
}

impl Messages {
    /// Sends through this writer, which publishes what it commits itself.
    pub const fn new(store: Store, writer: Writer, hub: Arc<Hub>) -> Self {
        Self { store, writer, hub }
    }

    /// Sends a connection's message; the answer goes to its send queue, under this id.
    ///
    /// # Errors
    /// `overloaded` when the writer's queue is full; the message is not stored and will not be.
    pub fn enqueue(
        &self,
        message: NewMessage,
        connection: &Arc<Connection>,
        id: u64,
    ) -> Result<(), Reject> {
        self.writer.submit(message, Reply::socket(connection, id))
    }

    /// Sends a message and waits until it is committed.
    ///
    /// # Errors
    /// What the database refuses, `overloaded` when the writer's queue is full, `unavailable` when the database cannot be reached in time.
    pub async fn send(&self, message: NewMessage) -> Result<Stored, Reject> {
        let (reply, answer) = oneshot::channel();
        self.writer.submit(message, Reply::Once(reply))?;
        answer.await.unwrap_or_else(|_| Err(unavailable()))
    }

    /// Tells the others on the ticket that a person types, or has stopped. Nothing is stored.
    pub fn type_on(&self, typing: &Typing, wakes: &mut WakeList) {
        self.hub.publish_typing(typing, wakes);
    }

    /// Changes the text of a message of the person's own; gives the events written, none when the text was the same.
    ///
    /// # Errors
    /// What the database refuses.
    pub async fn edit(
        &self,
        caller: &Caller,
        ticket: TicketId,
        message: MessageId,
        body: &Body,
    ) -> Result<Vec<HistoryRow>, StoreError> {
        let rows = messages::edit(&self.store, caller, ticket, message, body).await?;
        self.hub.publish(&rows);
        Ok(rows)
    }

    /// Removes a message's text.
    ///
    /// # Errors
    /// What the database refuses.
    pub async fn redact(
        &self,
        caller: &Caller,
        ticket: TicketId,
        message: MessageId,
    ) -> Result<(), StoreError> {
        let rows = messages::redact(&self.store, caller, ticket, message).await?;
        self.hub.publish(&rows);
        Ok(())
    }
}
