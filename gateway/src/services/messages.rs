//! Sends, edits and redacts messages. Sent messages go through the group commit of the writer.

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

/// Sends, edits and redacts messages, and publishes the resulting events.
pub struct Messages {
    store: Store,
    writer: Writer,
    hub: Arc<Hub>,
}

impl Messages {
    /// `writer` commits and publishes sent messages. `hub` publishes edits, redactions and typing.
    pub const fn new(store: Store, writer: Writer, hub: Arc<Hub>) -> Self {
        Self { store, writer, hub }
    }

    /// Sends a message of a WebSocket client. The `ack` or `error` goes to the connection's send
    /// queue, with the `id` of the client's frame.
    ///
    /// # Errors
    /// `overloaded` if the writer's queue is full. The message is not stored, now or later.
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
    /// When the database refuses the message; `overloaded` if the writer's queue is full;
    /// `unavailable` if the database cannot be reached in time.
    pub async fn send(&self, message: NewMessage) -> Result<Stored, Reject> {
        let (reply, answer) = oneshot::channel();
        self.writer.submit(message, Reply::Once(reply))?;
        answer.await.unwrap_or_else(|_| Err(unavailable()))
    }

    /// Tells the other members of the ticket's room that a person started or stopped typing. Stores
    /// nothing.
    pub fn type_on(&self, typing: &Typing, wakes: &mut WakeList) {
        self.hub.publish_typing(typing, wakes);
    }

    /// Changes the text of the person's own message. Returns the events that the change wrote, or
    /// none if the text is unchanged.
    ///
    /// # Errors
    /// When the database refuses the change.
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

    /// Permanently removes a message's text.
    ///
    /// # Errors
    /// When the database refuses the change.
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
