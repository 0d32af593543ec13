//! The loop of one signed-in connection: it reads frames, writes its send queue, sends heartbeats,
//! and ends the connection. It is a single task, so that nothing else writes to the socket and an
//! idle connection costs one small future.

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

/// The parts that a connection's task owns.
pub(super) struct Session {
    pub connection: Arc<Connection>,
    pub subscriptions: Arc<Subscriptions>,
    /// When the token expires. The connection then ends unless the token was renewed.
    pub expires_at: DateTime<Utc>,
}

/// The times at which the connection must act without having received anything.
struct Clock {
    next_ping: Instant,
    last_received: Instant,
    /// When the token expires by wall-clock time. `expires` is when to check that next.
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

/// The next thing for the connection's task to do.
enum Turn {
    Queue(QueueEvent),
    Received(Incoming),
    Timer,
}

/// Runs until the peer, the send queue or a timeout ends the connection. Returns the close code, or
/// `None` if the peer is gone.
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
    // Refuse further frames, and wake a catch-up that waits for space in the queue.
    connection
        .send_queue
        .disconnect(Disconnect::Now(code.unwrap_or(CloseCode::Restart)));
    code
}

/// Waits for the next event, in this order of priority: the send queue (a disconnect or frames to
/// write), a frame to read, the timer. Written by hand, because `select!` would create its branches
/// again at every turn. Cancel-safe: tungstenite keeps partial frames, the queue removes only what
/// it returns, and the timer is pinned outside.
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

/// Completes at the timer's deadline, or earlier if a partially received message must be complete
/// before that. The loop resets the timer.
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

/// Writes the remaining frames before a close.
async fn drain(connection: &Connection, socket: &mut Socket) {
    loop {
        let batch = connection.send_queue.take();
        if batch.is_empty() || write(connection, socket, batch).await.is_err() {
            return;
        }
    }
}

/// Writes a batch with one flush. A disconnect or a blocked socket interrupts it; the error then is
/// the close code, or `None` if the peer is gone.
async fn write(
    connection: &Connection,
    socket: &mut Socket,
    mut batch: Batch,
) -> Result<(), Option<CloseCode>> {
    let bytes = batch.bytes();
    let result = match poll_fn(|context| Poll::Ready(socket.poll_write(&mut batch, context))).await
    {
        Poll::Ready(written) => written.map_err(|_| None),
        // The socket is blocked. Boxed, because few connections wait here and the future would
        // enlarge every connection's future.
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
            // `AfterDrain` must not interrupt the writes that it waits for.
            Disconnect::AfterDrain(_) => Poll::Pending,
        },
    );
    // Not cancel-safe, and need not be: if another branch completes, the socket is closed.
    tokio::select! {
        biased;
        written = poll_fn(|context| socket.poll_write(&mut batch, context)) => written.map_err(|_| None),
        code = slow => Err(Some(code)),
        () = tokio::time::sleep(Duration::from_millis(limits::WRITE_TIMEOUT_MS)) => Err(Some(CloseCode::TooSlow)),
    }
}

/// A heartbeat interval with jitter, rounded up to a time grid that all connections share. Without
/// the grid, thousands of timers would each wake the process separately, and the peers' answers
/// would wake it again.
fn jittered(heartbeat_ms: u64) -> Duration {
    let jitter = heartbeat_ms / 10;
    let delay_ms = rand::rng().random_range(heartbeat_ms - jitter..=heartbeat_ms + jitter);
    let grid_ms = (heartbeat_ms / limits::HEARTBEAT_GRID).max(1);
    let past_ms = u64::try_from(Utc::now().timestamp_millis()).unwrap_or(0) + delay_ms;
    Duration::from_millis(past_ms.next_multiple_of(grid_ms) - past_ms + delay_ms)
}

/// Converts a wall-clock time to this process's monotonic clock, at most a day ahead. The loop
/// checks the wall clock again then.
fn monotonic(at: DateTime<Utc>) -> Instant {
    let left = (at - Utc::now()).to_std().unwrap_or_default();
    Instant::now() + left.min(Duration::from_secs(24 * 60 * 60))
}
