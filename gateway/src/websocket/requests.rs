//! Requests that need the record before they can be answered. One connection's are answered in the order asked, by a task that lives only
//! while there are any: an idle connection has none.

use std::collections::VecDeque;
use std::sync::Arc;

use helpline_core::ids::{Seq, TicketId};
use helpline_core::limits;
use helpline_core::policy::{self, DeskAction};
use helpline_core::protocol::{CommonFrame, InboxFilter};
use helpline_core::reject::{Reject, RejectCode};
use parking_lot::Mutex;

use super::join;
use crate::connections::registry::Connection;
use crate::live::frames::frame;
use crate::server::app::App;

/// What was asked.
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
    /// No filter: watch no longer.
    Inbox {
        id: u64,
        filter: Option<InboxFilter>,
    },
}

impl Request {
    const fn id(&self) -> u64 {
        match self {
            Self::Subscribe { id, .. } | Self::Unsubscribe { id, .. } | Self::Inbox { id, .. } => *id,
        }
    }
}

/// The queue of one connection. `working` and the queue change under one lock, so that no request is left behind without a worker.
pub(super) struct Requests {
    app: Arc<App>,
    connection: Arc<Connection>,
    queue: Arc<Mutex<Queue>>,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Request>,
    working: bool,
}

impl Requests {
    pub(super) fn new(app: Arc<App>, connection: Arc<Connection>) -> Self {
        Self { app, connection, queue: Arc::default() }
    }

    /// Queues a request.
    ///
    /// # Errors
    /// `rate_limited` when too many wait already.
    pub(super) fn ask(&self, request: Request) -> Result<(), Reject> {
        let mut queue = self.queue.lock();
        if queue.waiting.len() >= limits::PENDING_REQUESTS_MAX {
            return Err(Reject::new(RejectCode::RateLimited, "too many requests wait already").retry_after_ms(1_000));
        }
        queue.waiting.push_back(request);
        if !std::mem::replace(&mut queue.working, true) {
            let (app, connection, queue) = (Arc::clone(&self.app), Arc::clone(&self.connection), Arc::clone(&self.queue));
            self.app.tasks.spawn(async move {
                while let Some(request) = next(&queue) {
                    answer(&app, &connection, request).await;
                }
            });
        }
        Ok(())
    }
}

fn next(queue: &Mutex<Queue>) -> Option<Request> {
    let mut queue = queue.lock();
    let next = queue.waiting.pop_front();
    queue.working = next.is_some();
    next
}

async fn answer(app: &Arc<App>, connection: &Arc<Connection>, request: Request) {
    if connection.outbox.ending().is_some() {
        return;
    }
    let id = request.id();
    let answered = match request {
        Request::Subscribe { id, ticket, after, epoch } => {
            let wish = join::Wish { id, ticket, after, epoch };
            join::join(app, connection, wish).await
        }
        Request::Unsubscribe { id, ticket } => {
            connection.subscriptions.lock().remove(&ticket);
            join::leave(app, connection, ticket);
            connection.outbox.push(frame(&CommonFrame::Ok { id }));
            Ok(())
        }
        Request::Inbox { id, filter } => watch(app, connection, id, filter).await,
    };
    if let Err(reject) = answered {
        connection.outbox.push(frame(&CommonFrame::error(Some(id), reject)));
    }
}

async fn watch(app: &Arc<App>, connection: &Arc<Connection>, id: u64, filter: Option<InboxFilter>) -> Result<(), Reject> {
    let decided = policy::decide_desk(&connection.actor(), DeskAction::ListAll);
    if decided.is_err() || filter.is_some() {
        let action = if decided.is_err() { "inbox_refused" } else { "inbox_watched" };
        app.audit(connection.access(action, None, decided.as_ref().err().map(|reject| reject.code))).await?;
    }
    decided?;
    connection.outbox.push(frame(&CommonFrame::Ok { id }));
    match filter {
        Some(filter) => app.inbox.enter(app, connection, filter),
        None => app.inbox.leave(connection),
    }
    // The socket may have ended meanwhile and have left before it entered.
    if connection.outbox.ending().is_some() {
        app.inbox.leave(connection);
    }
    Ok(())
}
