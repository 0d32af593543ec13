//! Handles one incoming WebSocket frame. This code never waits for the database: messages go to the
//! writer's queue, and other requests to the connection's request queue ([`super::requests`]).

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

use helpline_core::actor::Audience;
use helpline_core::attachment::check_files;
use helpline_core::body::Body;
use helpline_core::ids::{MessageId, TicketId, UploadId};
use helpline_core::limits;
use helpline_core::protocol::{ClientFrame, CommonFrame, MalformedFrame};
use helpline_core::reject::{CloseCode, Reject, RejectCode};
use helpline_persistence::audit::AccessRow;
use helpline_persistence::messages::NewMessage;
use helpline_persistence::reads::Mark;

use super::requests::{Request, Requests};
use super::state::SocketState;
use super::subscriptions::Subscriptions;
use crate::connections::{Connection, WakeList};
use crate::live::frames::frame;
use crate::live::typing::Typing;
use crate::runtime::errors::unavailable;
use crate::writer::log_refusal;

/// What the connection must do after a frame was handled.
pub(super) enum Next {
    Live,
    /// The client sent a new token, which must be checked with [`Dispatcher::renew`].
    Renew {
        id: u64,
        token: String,
    },
    Close(CloseCode),
}

/// Handles the incoming frames of one connection.
pub(super) struct Dispatcher {
    state: Arc<SocketState>,
    connection: Arc<Connection>,
    subscriptions: Arc<Subscriptions>,
    requests: Requests,
    /// When a typing indicator was last published for each ticket. It has at most one entry per
    /// subscribed ticket.
    typed_at: HashMap<TicketId, Instant>,
}

impl Dispatcher {
    pub(super) fn new(
        state: Arc<SocketState>,
        connection: Arc<Connection>,
        subscriptions: Arc<Subscriptions>,
    ) -> Self {
        let requests = Requests::new(
            Arc::clone(&state),
            Arc::clone(&connection),
            Arc::clone(&subscriptions),
        );
        Self {
            state,
            connection,
            subscriptions,
            requests,
            typed_at: HashMap::new(),
        }
    }

    /// Handles one text frame. Text that is kept must be copied, because a slice of the frame would
    /// keep the socket's whole read buffer in memory.
    pub(super) fn take(&mut self, text: &str, wakes: &mut WakeList) -> Next {
        let parsed = match ClientFrame::parse(text) {
            Ok(parsed) => parsed,
            Err(malformed) => {
                self.state
                    .entrance
                    .audit_log
                    .enqueue(refused_frame(&self.connection, &malformed));
                self.answer(malformed.id, malformed.reject);
                return Next::Live;
            }
        };
        match parsed {
            ClientFrame::Hello { id, .. } => {
                self.answer(
                    Some(id),
                    Reject::new(RejectCode::HelloExpected, "hello was already sent"),
                );
                return Next::Close(CloseCode::Protocol);
            }
            ClientFrame::Token { id, token } => return Next::Renew { id, token },
            ClientFrame::Subscribe {
                id,
                ticket,
                after,
                epoch,
            } => self.request(
                id,
                Request::Subscribe {
                    id,
                    ticket,
                    after,
                    epoch,
                },
            ),
            ClientFrame::Unsubscribe { id, ticket } => {
                self.request(id, Request::Unsubscribe { id, ticket })
            }
            ClientFrame::Inbox { id, on, filter } => self.request(
                id,
                Request::Inbox {
                    id,
                    filter: on.then(|| filter.unwrap_or_default()),
                },
            ),
            ClientFrame::Send {
                id,
                ticket,
                key,
                body,
                internal,
                attachments,
                based_on,
            } => {
                let draft = Draft {
                    ticket,
                    key,
                    body,
                    internal: internal.unwrap_or(false),
                    attachments: attachments.unwrap_or_default(),
                    based_on,
                };
                let key = draft.key.clone();
                if let Err(reject) = self.send(id, draft) {
                    log_refusal(&key, reject.code);
                    self.answer(Some(id), reject);
                }
            }
            ClientFrame::Typing {
                ticket,
                on,
                internal,
            } => self.typing(ticket, on, internal.unwrap_or(false), wakes),
            ClientFrame::Read { ticket, seq } => {
                if let Some(audience) = self.subscriptions.audience_of(ticket) {
                    self.state.writes.read_positions.enqueue(Mark {
                        ticket,
                        person: self.connection.person.id,
                        audience,
                        seq,
                    });
                }
            }
            ClientFrame::Pong => {}
        }
        Next::Live
    }

    fn request(&self, id: u64, request: Request) {
        if let Err(reject) = self.requests.ask(request) {
            self.answer(Some(id), reject);
        }
    }

    fn send(&self, id: u64, draft: Draft) -> Result<(), Reject> {
        if self.state.lifecycle.is_draining() {
            // The instance is shutting down: it closes the connection after the last ack. The
            // client then sends the message again to another instance, with the same idempotency
            // key.
            return Err(unavailable());
        }
        let message = draft.into_message(&self.connection)?;
        self.state
            .writes
            .messages
            .enqueue(message, &self.connection, id)
    }

    /// Publishes that the person is typing. Does nothing if the connection is not subscribed to the
    /// ticket, or if typing was published too recently.
    fn typing(&mut self, ticket: TicketId, on: bool, internal: bool, wakes: &mut WakeList) {
        let Some(audience) = self.subscriptions.audience_of(ticket) else {
            return;
        };
        if internal && audience == Audience::Customer {
            return;
        }
        let now = Instant::now();
        let interval = Duration::from_millis(limits::TYPING_INTERVAL_MS);
        let too_soon = self
            .typed_at
            .get(&ticket)
            .is_some_and(|last| now.duration_since(*last) < interval);
        if on && too_soon {
            return;
        }
        if on {
            self.typed_at
                .retain(|_, last| now.duration_since(*last) < interval);
            self.typed_at.insert(ticket, now);
        } else {
            self.typed_at.remove(&ticket);
        }
        let public_name = self.connection.person.public_name.clone();
        let typing = Typing {
            ticket,
            person: self.connection.as_seen(audience),
            public_name,
            on,
            internal,
        };
        self.state.writes.messages.type_on(&typing, wakes);
    }

    /// Checks a new token, which must belong to the same person. Returns the new expiry of the
    /// connection, or `None` if the token was refused. The connection's loop waits for this check,
    /// which may query the database or (rarely) fetch the identity provider's key set.
    pub(super) async fn renew(
        &self,
        id: u64,
        token: &str,
    ) -> Result<Option<DateTime<Utc>>, CloseCode> {
        let entrance = &self.state.entrance;
        let verified = match entrance.verifier.verify(token).await {
            Ok(verified) => verified,
            Err(fault) => {
                tracing::info!(
                    connection = self.connection.id,
                    reason = fault.word(),
                    "a new token for an open connection was refused: {}",
                    fault.sentence()
                );
                // The new token is invalid. The connection stays open until the old token expires.
                self.answer(Some(id), fault.reject());
                return Ok(None);
            }
        };
        let person = match verified.identity.subject.person() {
            Some(person) => Ok(person),
            None => {
                let limit = Duration::from_millis(limits::STATEMENT_TIMEOUT_MS);
                let signed_in = entrance.sign_in.person(&verified.identity);
                let signed_in = tokio::time::timeout(limit, signed_in).await;
                signed_in
                    .unwrap_or_else(|_| Err(unavailable()))
                    .map(|person| person.id)
            }
        };
        match person {
            Ok(person) if person == self.connection.person.id => {
                self.connection
                    .send_queue
                    .push(frame(&CommonFrame::Ok { id }));
                Ok(Some(verified.expires_at))
            }
            Ok(_) => {
                self.answer(
                    Some(id),
                    Reject::new(
                        RejectCode::NotAuthenticated,
                        "the token belongs to another person",
                    ),
                );
                Err(CloseCode::NotAuthenticated)
            }
            // The person could not be looked up. As with an invalid token, the connection stays
            // open until the old token expires.
            Err(reject) => {
                self.answer(Some(id), reject);
                Ok(None)
            }
        }
    }

    fn answer(&self, id: Option<u64>, reject: Reject) {
        self.connection
            .send_queue
            .push(frame(&CommonFrame::error(id, reject)));
    }
}

/// Builds the audit row for a malformed frame. The row has the same action as other refusals of
/// this frame type.
fn refused_frame(connection: &Connection, malformed: &MalformedFrame) -> AccessRow {
    let action = match malformed.kind {
        Some("send") => "send_refused",
        Some("subscribe") => "subscribe_refused",
        Some("inbox") => "inbox_refused",
        Some(_) | None => "frame_refused",
    };
    let mut row = connection.access(action, malformed.ticket, Some(malformed.reject.code));
    row.detail = serde_json::json!({ "by": "socket", "frame": malformed.kind });
    row
}

/// The content of a client's `send` frame, before validation.
struct Draft {
    ticket: TicketId,
    key: helpline_core::ids::Key,
    body: String,
    internal: bool,
    attachments: Vec<UploadId>,
    based_on: Option<helpline_core::ids::Seq>,
}

impl Draft {
    fn into_message(self, connection: &Connection) -> Result<NewMessage, Reject> {
        let invalid = |why: String| Reject::new(RejectCode::InvalidBody, why);
        check_files(&self.attachments).map_err(|why| invalid(format!("attachments: {why}")))?;
        let parse = if self.attachments.is_empty() {
            Body::parse
        } else {
            Body::parse_with_files
        };
        let body = parse(self.body).map_err(|why| invalid(format!("the text {why}")))?;
        Ok(NewMessage {
            id: MessageId::new(uuid::Uuid::now_v7()),
            ticket: self.ticket,
            sender: connection.person.id,
            key: self.key,
            body,
            internal: self.internal,
            attachments: self.attachments,
            based_on: self.based_on,
            address: connection.address,
            user_agent: connection.user_agent.clone(),
        })
    }
}
