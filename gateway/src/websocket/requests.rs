//! Requests that need the database. Those of one connection are answered in order, by a task that
//! exists only while requests wait: an idle connection has none.

use std::collections::VecDeque;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt;
use helpline_core::ids::{Seq, TicketId};
use helpline_core::limits;
use helpline_core::policy::{self, DeskAction};
use helpline_core::protocol::{CommonFrame, InboxFilter};
use helpline_core::reject::{CloseCode, Reject, RejectCode};
use parking_lot::Mutex;
use tracing::Instrument;

use super::join::{self, SubscribeRequest};
use super::state::SocketState;
use super::subscriptions::Subscriptions;
use crate::connections::{Connection, Disconnect};
use crate::live::frames::frame;

/// A request from a client.
pub(super) enum Request {
    Subscribe {
        id: u64,
        ticket: TicketId,
        after: Option<Seq>,
        epoch: Option<String>,
    },
    Unsubscribe {
        id: u64,
        ticket: TicketId,
    },
    /// Follow the inbox with this filter, or stop following it without one.
    Inbox {
        id: u64,
        filter: Option<InboxFilter>,
    },
}

impl Request {
    const fn id(&self) -> u64 {
        match self {
            Self::Subscribe { id, .. } | Self::Unsubscribe { id, .. } | Self::Inbox { id, .. } => {
                *id
            }
        }
    }
}

/// The request queue of one connection. `working` and the queue change under one lock, so that no
/// request is left without a worker.
pub(super) struct Requests {
    shared: Arc<Shared>,
    queue: Arc<Mutex<Queue>>,
}

/// What the worker needs to answer requests.
struct Shared {
    state: Arc<SocketState>,
    connection: Arc<Connection>,
    subscriptions: Arc<Subscriptions>,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Request>,
    working: bool,
}

impl Requests {
    pub(super) fn new(
        state: Arc<SocketState>,
        connection: Arc<Connection>,
        subscriptions: Arc<Subscriptions>,
    ) -> Self {
        Self {
            shared: Arc::new(Shared {
                state,
                connection,
                subscriptions,
            }),
            queue: Arc::default(),
        }
    }

    /// Queues a request.
    ///
    /// # Errors
    /// `rate_limited` if too many requests are waiting.
    pub(super) fn ask(&self, request: Request) -> Result<(), Reject> {
        let mut queue = self.queue.lock();
        if queue.waiting.len() >= limits::PENDING_REQUESTS_MAX {
            return Err(Reject::new(
                RejectCode::RateLimited,
                "too many requests are waiting for their answer; retry later",
            )
            .retry_after_ms(1_000));
        }
        queue.waiting.push_back(request);
        if !std::mem::replace(&mut queue.working, true) {
            let (shared, queue) = (Arc::clone(&self.shared), Arc::clone(&self.queue));
            let span = tracing::error_span!("socket", connection = shared.connection.id);
            let connection = Arc::clone(&shared.connection);
            let answering = async move {
                while let Some(request) = next(&queue) {
                    answer(&shared, request).await;
                }
            };
            let answering = closing_if_it_crashes(connection, answering);
            self.shared
                .state
                .lifecycle
                .spawn(answering.instrument(span));
        }
        Ok(())
    }
}

/// Answers requests. If that crashes, ends the connection, because no task would answer its later
/// requests: the client then reconnects.
async fn closing_if_it_crashes(connection: Arc<Connection>, answering: impl Future<Output = ()>) {
    if AssertUnwindSafe(answering).catch_unwind().await.is_err() {
        tracing::error!(
            "answering a request crashed; closing the connection, so that its client reconnects"
        );
        connection
            .send_queue
            .disconnect(Disconnect::AfterDrain(CloseCode::Restart));
    }
}

fn next(queue: &Mutex<Queue>) -> Option<Request> {
    let mut queue = queue.lock();
    let next = queue.waiting.pop_front();
    queue.working = next.is_some();
    next
}

async fn answer(shared: &Shared, request: Request) {
    let Shared {
        state,
        connection,
        subscriptions,
    } = shared;
    if connection.send_queue.disconnecting().is_some() {
        return;
    }
    let id = request.id();
    let answered = match request {
        Request::Subscribe {
            id,
            ticket,
            after,
            epoch,
        } => {
            join::join(
                state,
                connection,
                subscriptions,
                SubscribeRequest {
                    id,
                    ticket,
                    after,
                    epoch,
                },
            )
            .await
        }
        Request::Unsubscribe { id, ticket } => {
            subscriptions.remove(ticket);
            connection.send_queue.push(frame(&CommonFrame::Ok { id }));
            Ok(())
        }
        Request::Inbox { id, filter } => watch(state, connection, id, filter).await,
    };
    if let Err(reject) = answered {
        connection
            .send_queue
            .push(frame(&CommonFrame::error(Some(id), reject)));
    }
}

async fn watch(
    state: &SocketState,
    connection: &Arc<Connection>,
    id: u64,
    filter: Option<InboxFilter>,
) -> Result<(), Reject> {
    let decided = policy::decide_desk(&connection.actor(), DeskAction::ListAll);
    if decided.is_err() || filter.is_some() {
        let action = if decided.is_err() {
            "inbox_refused"
        } else {
            "inbox_watched"
        };
        state
            .joining
            .audit_log
            .record(connection.access(
                action,
                None,
                decided.as_ref().err().map(|reject| reject.code),
            ))
            .await?;
    }
    decided?;
    connection.send_queue.push(frame(&CommonFrame::Ok { id }));
    match filter {
        Some(filter) => state.inbox.enter(connection, filter),
        None => state.inbox.leave(connection),
    }
    // The connection may have ended in the meantime, and left the inbox before it entered.
    if connection.send_queue.disconnecting().is_some() {
        state.inbox.leave(connection);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connections::fixtures::connection;

    #[tokio::test]
    async fn a_crash_while_answering_ends_the_connection_and_an_answer_does_not() {
        let connection = connection(1, 1, None);
        closing_if_it_crashes(Arc::clone(&connection), async {}).await;
        assert_eq!(connection.send_queue.disconnecting(), None);
        closing_if_it_crashes(Arc::clone(&connection), async { panic!("on purpose") }).await;
        assert_eq!(
            connection.send_queue.disconnecting(),
            Some(Disconnect::AfterDrain(CloseCode::Restart))
        );
    }
}
