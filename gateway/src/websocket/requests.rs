//! Client requests that need the database. The requests of a connection are processed in order by a
//! worker task. The task exists only while requests are queued, so an idle connection has none.

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

/// A client request that needs the database.
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
    /// Receive updates of tickets that match the filter or, with `None`, stop receiving them.
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

/// The request queue of one connection. The flag `working` and the queue change under one lock, so
/// that a queued request always has a worker.
pub(super) struct Requests {
    shared: Arc<Shared>,
    queue: Arc<Mutex<Queue>>,
}

/// The data that the worker task needs to process requests.
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

    /// Queues a client's request.
    ///
    /// # Errors
    /// `rate_limited` if too many requests are already queued.
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

/// Processes queued requests. If the processing panics, closes the connection so that the client
/// reconnects. Otherwise the connection would stay open, and no worker would process its requests.
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
    if next.is_none() {
        // Free the queue's memory, because most connections send no further request.
        queue.waiting = VecDeque::new();
    }
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
    // The connection may have ended, and its cleanup may have run, before this function added the
    // connection to the inbox. In this case, remove the connection from the inbox again.
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
