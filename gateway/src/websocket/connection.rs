//! The loop of one signed-in WebSocket connection: reads frames, writes queued frames, sends
//! heartbeats, and ends the connection. It is a single task, so that no other task writes to the
//! socket and an idle connection uses little memory.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

use helpline_core::limits;
use helpline_core::protocol::CommonFrame;
use helpline_core::reject::CloseCode;
use rand::RngExt;
use tokio::time::Sleep;

use super::inbound::{After, Inbound};
use super::state::SocketState;
use super::subscriptions::Subscriptions;
use super::wire::{Incoming, Socket};
use crate::connections::send_queue::{Batch, QueueEvent};
use crate::connections::{Connection, Disconnect, SendQueue};
use crate::live::frames::frame;
use crate::runtime::tcp_stream::StreamHandle;

/// The data of one connection that its task owns.
pub(super) struct Session {
    pub connection: Arc<Connection>,
    pub subscriptions: Arc<Subscriptions>,
    /// When the token expires. The connection ends at this time unless the client sends a new
    /// token.
    pub expires_at: DateTime<Utc>,
}

/// The times at which the connection must act even if no frame arrives.
struct Clock {
    next_ping: Instant,
    last_received: Instant,
    /// When the token expires, by the wall clock. `expires` is the monotonic time at which to check
    /// whether the token has expired.
    expires_at: DateTime<Utc>,
    expires: Instant,
    pong_timeout: Duration,
}

impl Clock {
    fn renew(&mut self, until: DateTime<Utc>) {
        self.expires_at = until;
        self.expires = monotonic(until);
    }

    fn next(&self) -> Instant {
        self.next_ping
            .min(self.last_received + self.pong_timeout)
            .min(self.expires)
    }
}

/// What the connection's task must handle next.
enum Turn {
    Queue(QueueEvent),
    Received(Incoming),
    Timer,
}

/// Runs the connection until the peer, the send queue or a timeout ends it. Returns the close code
/// to send, or `None` if the peer is already disconnected.
pub(super) async fn live(
    state: &Arc<SocketState>,
    socket: &mut Socket,
    session: Session,
) -> Option<CloseCode> {
    let Session {
        connection,
        subscriptions,
        expires_at,
    } = session;
    let heartbeat_ms = state.limits.heartbeat_ms;
    let mut clock = Clock {
        next_ping: Instant::now() + jittered(heartbeat_ms),
        last_received: Instant::now(),
        expires_at,
        expires: monotonic(expires_at),
        pong_timeout: Duration::from_millis(heartbeat_ms * 3 / 2),
    };
    let mut inbound = Inbound::new(state, &connection, &subscriptions);
    let timer = tokio::time::sleep_until(clock.next().into());
    tokio::pin!(timer);
    let stream = socket.stream();
    let code = loop {
        match next(&connection.send_queue, socket, &mut timer, &stream).await {
            Turn::Queue(QueueEvent::Disconnect(how)) => {
                if let Disconnect::AfterDrain(_) = how {
                    Box::pin(drain(&connection, socket)).await;
                }
                break match how {
                    Disconnect::Now(code) | Disconnect::AfterDrain(code) => Some(code),
                };
            }
            Turn::Queue(QueueEvent::Frames(batch)) => {
                if let Err(code) = write(&connection, socket, batch).await {
                    break code;
                }
            }
            Turn::Received(first) => {
                clock.last_received = Instant::now();
                match inbound.take_all(socket, first, clock.last_received).await {
                    After::Live => {}
                    After::Renew { id, token } => match Box::pin(inbound.renew(id, &token)).await {
                        Ok(Some(until)) => clock.renew(until),
                        Ok(None) => {}
                        Err(code) => connection
                            .send_queue
                            .disconnect(Disconnect::AfterDrain(code)),
                    },
                    After::End(code) => break code,
                }
            }
            Turn::Timer => {
                let now = Instant::now();
                if stream.meter.due().is_some_and(|due| now >= due) {
                    break Some(CloseCode::TooSlow);
                }
                if now >= clock.expires {
                    if Utc::now() >= clock.expires_at {
                        break Some(CloseCode::NotAuthenticated);
                    }
                    clock.renew(clock.expires_at);
                }
                if now >= clock.last_received + clock.pong_timeout {
                    break Some(CloseCode::NoPong);
                }
                if now >= clock.next_ping {
                    clock.next_ping = now + jittered(heartbeat_ms);
                    connection.send_queue.push(frame(&CommonFrame::Ping {
                        heads: subscriptions.moved(),
                    }));
                }
                timer.as_mut().reset(clock.next().into());
            }
        }
    };
    // Make the queue refuse further frames. This also wakes a catch-up task that waits for space in
    // the queue.
    connection
        .send_queue
        .disconnect(Disconnect::Now(code.unwrap_or(CloseCode::Restart)));
    code
}

/// Waits for the next thing to handle. The order of priority is: the send queue (a disconnect or
/// frames to write), an incoming frame, the timer.
///
/// The polling is written by hand, because `select!` would create its branches again at every turn.
/// Cancel-safe: tungstenite keeps partial frames, the queue removes only what it returns, and the
/// timer is pinned by the caller.
async fn next(
    queue: &SendQueue,
    socket: &mut Socket,
    timer: &mut Pin<&mut Sleep>,
    stream: &StreamHandle,
) -> Turn {
    poll_fn(|context| {
        if let Poll::Ready(event) = queue.poll_event(context) {
            return Poll::Ready(Turn::Queue(event));
        }
        if let Poll::Ready(incoming) = socket.poll_receive(context) {
            return Poll::Ready(Turn::Received(incoming));
        }
        poll_timer(timer, stream, context).map(|()| Turn::Timer)
    })
    .await
}

/// Completes at the timer's deadline, or earlier if a partially received message reaches its own
/// time limit first. The caller sets the timer's next deadline.
fn poll_timer(
    timer: &mut Pin<&mut Sleep>,
    stream: &StreamHandle,
    context: &mut Context<'_>,
) -> Poll<()> {
    if let Some(due) = stream.meter.due().map(tokio::time::Instant::from_std)
        && due < timer.deadline()
    {
        timer.as_mut().reset(due);
    }
    timer.as_mut().poll(context)
}

/// Writes the remaining queued frames before the connection is closed.
async fn drain(connection: &Connection, socket: &mut Socket) {
    loop {
        let batch = connection.send_queue.take();
        if batch.is_empty() || write(connection, socket, batch).await.is_err() {
            return;
        }
    }
}

/// Writes a batch of frames with one flush. While the socket is blocked, a disconnect or a timeout
/// ends the write. The error is the close code, or `None` if the peer is already disconnected.
async fn write(
    connection: &Connection,
    socket: &mut Socket,
    mut batch: Batch,
) -> Result<(), Option<CloseCode>> {
    let bytes = batch.bytes();
    let result = match poll_fn(|context| Poll::Ready(socket.poll_write(&mut batch, context))).await
    {
        Poll::Ready(written) => written.map_err(|_| None),
        // The socket cannot accept more bytes now. The future is boxed, because few connections
        // need it and it would enlarge the future of every connection.
        Poll::Pending => Box::pin(write_slowly(connection, socket, batch)).await,
    };
    connection.send_queue.written(bytes);
    result
}

async fn write_slowly(
    connection: &Connection,
    socket: &mut Socket,
    mut batch: Batch,
) -> Result<(), Option<CloseCode>> {
    let slow = poll_fn(
        |context| match ready!(connection.send_queue.poll_disconnect(context)) {
            Disconnect::Now(code) => Poll::Ready(code),
            // A disconnect with `AfterDrain` waits for queued frames to be written, so it must not
            // interrupt this write.
            Disconnect::AfterDrain(_) => Poll::Pending,
        },
    );
    // The write is not cancel-safe, but it need not be: if another branch completes, the socket is
    // closed.
    tokio::select! {
        biased;
        written = poll_fn(|context| socket.poll_write(&mut batch, context)) => written.map_err(|_| None),
        code = slow => Err(Some(code)),
        () = tokio::time::sleep(Duration::from_millis(limits::WRITE_TIMEOUT_MS)) => Err(Some(CloseCode::TooSlow)),
    }
}

/// Returns a heartbeat interval with jitter, rounded up to a time grid that all connections share.
/// Without the grid, thousands of timers would each wake the process separately, and so would the
/// pongs.
fn jittered(heartbeat_ms: u64) -> Duration {
    let jitter = heartbeat_ms / 10;
    let delay_ms = rand::rng().random_range(heartbeat_ms - jitter..=heartbeat_ms + jitter);
    let grid_ms = (heartbeat_ms / limits::HEARTBEAT_GRID).max(1);
    let past_ms = u64::try_from(Utc::now().timestamp_millis()).unwrap_or(0) + delay_ms;
    Duration::from_millis(past_ms.next_multiple_of(grid_ms) - past_ms + delay_ms)
}

/// Converts a wall-clock time to a monotonic time at most one day ahead. At that time, the caller
/// checks the wall clock again.
fn monotonic(at: DateTime<Utc>) -> Instant {
    let left = (at - Utc::now()).to_std().unwrap_or_default();
    Instant::now() + left.min(Duration::from_secs(24 * 60 * 60))
}
