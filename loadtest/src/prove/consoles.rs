//! Connects two kinds of clients to each instance. A console must receive an update for every
//! ticket that changes. A reader subscribes to each ticket that will get an undecodable
//! ("poisoned") row, so that the ticket's room is open on every instance when this row is written.
//! Consoles and readers reconnect after every lost connection.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use helpline_core::ids::{Seq, TicketId};
use helpline_core::protocol::{ClientFrame, StaffFrame};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use super::test_cluster::TestCluster;
use crate::people::{self, Room};
use crate::target;
use crate::wire::{Link, LinkError};

/// Delay before a client reconnects.
const PAUSE: Duration = Duration::from_millis(300);

/// A ticket update that a console received.
#[derive(Debug, Clone, Copy)]
pub struct Shown {
    pub ticket: TicketId,
    /// The position of the ticket's newest event, according to the update.
    pub seq: u64,
    /// Time at which the update arrived.
    pub at: Instant,
}

/// What one console received, and when it was connected.
#[derive(Debug, Clone, Default)]
pub struct ConsoleLog {
    /// Periods in which the console was connected: from the response to `inbox` until the last
    /// frame of the connection.
    pub connected: Vec<(Instant, Instant)>,
    /// The received ticket updates, in order of arrival.
    pub shown: Vec<Shown>,
}

impl ConsoleLog {
    /// Whether the console was connected from `from` to `to` without interruption.
    pub fn was_connected(&self, from: Instant, to: Instant) -> bool {
        self.connected
            .iter()
            .any(|(began, ended)| *began <= from && *ended >= to)
    }
}

/// All running consoles and readers (clients that only subscribe to a ticket).
pub struct Consoles {
    logs: Vec<Arc<Mutex<ConsoleLog>>>,
    tasks: JoinSet<()>,
}

impl Consoles {
    /// Starts on every instance a console, and a reader for each ticket in `poisoned` (tickets with
    /// an undecodable row). Each client has its own connection, so that an error in one client does
    /// not affect the others.
    pub fn enter(cluster: &TestCluster, poisoned: &[Room]) -> Self {
        let mut consoles = Self {
            logs: Vec::new(),
            tasks: JoinSet::new(),
        };
        for gateway in &cluster.gateways {
            let log = Arc::new(Mutex::new(ConsoleLog::default()));
            consoles.logs.push(Arc::clone(&log));
            let token = |room: &Room| people::token(target::RIG_SECRET, room.agent, "Agent Load");
            let url = gateway.ws_url();
            consoles.tasks.spawn(again_and_again(
                url.clone(),
                token(&poisoned[0]),
                async move |link| watch(link, &log).await,
            ));
            for room in poisoned {
                let ticket = room.ticket;
                consoles.tasks.spawn(again_and_again(
                    url.clone(),
                    token(room),
                    async move |link| read(link, ticket).await,
                ));
            }
        }
        consoles
    }

    /// Stops all consoles (which watch the inbox) and readers (which subscribe to one ticket).
    /// Returns what each console received.
    pub async fn leave(mut self) -> Vec<ConsoleLog> {
        self.tasks.shutdown().await;
        self.logs
            .iter()
            .map(|log| log.lock().unwrap_or_else(PoisonError::into_inner).clone())
            .collect()
    }
}

/// Opens a connection, uses it until it ends, and reconnects. Never returns.
pub(super) async fn again_and_again(
    url: String,
    token: String,
    live: impl AsyncFn(Link) -> Result<(), LinkError>,
) {
    loop {
        if let Ok(link) = Link::open(&url, &token).await
            && let Err(error) = live(link).await
        {
            tracing::debug!(%error, "an observer comes back");
        }
        sleep(PAUSE).await;
    }
}

async fn watch(mut link: Link, log: &Mutex<ConsoleLog>) -> Result<(), LinkError> {
    link.send(&ClientFrame::Inbox {
        id: 1,
        on: true,
        filter: None,
    })
    .await?;
    let mut begun = None;
    loop {
        let text = link.next().await?;
        if text.starts_with("{\"type\":\"ping\"") {
            link.send(&ClientFrame::Pong).await?;
        } else if text.starts_with("{\"type\":\"ok\"") {
            begun = Some(Instant::now());
        }
        let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
        // Every frame extends the period in which the console is known to be connected.
        if let Some(begun) = begun {
            log.connected.pop_if(|(began, _)| *began == begun);
            log.connected.push((begun, Instant::now()));
        }
        if let Ok(StaffFrame::Inbox { tickets, moved, .. }) = serde_json::from_str(&text) {
            let at = Instant::now();
            let shown = |ticket: TicketId, seq: Seq| Shown {
                ticket,
                seq: seq.get(),
                at,
            };
            log.shown
                .extend(tickets.iter().map(|ticket| shown(ticket.id, ticket.seq)));
            log.shown
                .extend(moved.iter().map(|moved| shown(moved.id, moved.seq)));
        }
    }
}

/// Subscribes to a poisoned ticket (a ticket with an undecodable row) without checking what
/// arrives.
async fn read(mut link: Link, ticket: TicketId) -> Result<(), LinkError> {
    link.send(&ClientFrame::Subscribe {
        id: 1,
        ticket,
        after: None,
        epoch: None,
    })
    .await?;
    loop {
        let text = link.next().await?;
        if text.starts_with("{\"type\":\"ping\"") {
            link.send(&ClientFrame::Pong).await?;
        } else if text.starts_with("{\"type\":\"reset\"") {
            // The server reset the subscription. Return, so that the caller opens a new connection.
            return Ok(());
        }
    }
}
