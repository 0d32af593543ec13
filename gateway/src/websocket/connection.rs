//! The loop of one signed-in connection: reads frames, writes what its send queue holds, beats, and ends. One task, so
//! that no other ever writes to the socket and an idle connection costs one small future.

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
use crate::runtime::tcp_stream::Meter;

/// What a connection's task owns.
pub(super) struct Session {
    pub connection: Arc<Connection>,
    pub subscriptions: Arc<Subscriptions>,
    /// When the token ends, and the connection with it unless renewed.
    pub expires_at: DateTime<Utc>,
}

/// When the connection has something to do although nothing came.
struct Clock {
    next_ping: Instant,
    last_received: Instant,
    /// When the token ends by wall-clock time, and when to compare with that time next.
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

/// What the connection's task has to do next.
enum Turn {
    Queue(QueueEvent),
    Received(Incoming),
    Timer,
}

/// Lives until the peer, the send queue or the clock ends it; gives how to close.
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
    let meter = socket.meter();
    let code = loop {
        match next(&connection.send_queue, socket, &mut timer, &meter).await {
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
                if meter.due().is_some_and(|due| now >= due) {
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
    // No more frames are queued, and a reader of pages that waits for room learns it.
    connection
        .send_queue
        .disconnect(Disconnect::Now(code.unwrap_or(CloseCode::Restart)));
    code
}

/// What comes first: a disconnect, frames to write, a frame to read, the clock; in this order when several are there. By hand and not by
/// `select!`, whose branches would be made anew at every turn. Cancel-safe: tungstenite keeps partial frames, the queue gives nothing
/// up unless it is given, the timer is pinned outside.
async fn next(
    queue: &SendQueue,
    socket: &mut Socket,
    timer: &mut Pin<&mut Sleep>,
    meter: &Meter,
) -> Turn {
    poll_fn(|context| {
        if let Poll::Ready(event) = queue.poll_event(context) {
            return Poll::Ready(Turn::Queue(event));
        }
        if let Poll::Ready(incoming) = socket.poll_receive(context) {
            return Poll::Ready(Turn::Received(incoming));
        }
        poll_timer(timer, meter, context).map(|()| Turn::Timer)
    })
    .await
}

/// The clock's next moment, or that by which a message that has begun must be whole, if that is sooner. The loop sets it
/// back.
fn poll_timer(timer: &mut Pin<&mut Sleep>, meter: &Meter, context: &mut Context<'_>) -> Poll<()> {
    if let Some(due) = meter.due().map(tokio::time::Instant::from_std)
        && due < timer.deadline()
    {
        timer.as_mut().reset(due);
    }
    timer.as_mut().poll(context)
}

/// Writes what is left, before a close.
async fn drain(connection: &Connection, socket: &mut Socket) {
    loop {
        let batch = connection.send_queue.take();
        if batch.is_empty() || write(connection, socket, batch).await.is_err() {
            return;
        }
    }
}

/// Writes a batch with one flush. A disconnect or a socket that takes nothing interrupts it: the error is how to close.
async fn write(
    connection: &Connection,
    socket: &mut Socket,
    mut batch: Batch,
) -> Result<(), Option<CloseCode>> {
    let bytes = batch.bytes();
    let result = match poll_fn(|context| Poll::Ready(socket.poll_write(&mut batch, context))).await
    {
        Poll::Ready(written) => written.map_err(|_| None),
        // The socket takes nothing at the moment. Boxed, because few wait and every connection's future would have the size.
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
            // A disconnect that lets the queue drain must not interrupt the draining.
            Disconnect::AfterDrain(_) => Poll::Pending,
        },
    );
    // Not cancel-safe, and need not be: whichever other branch completes, the socket is closed.
    tokio::select! {
        biased;
        written = poll_fn(|context| socket.poll_write(&mut batch, context)) => written.map_err(|_| None),
        code = slow => Err(Some(code)),
        () = tokio::time::sleep(Duration::from_millis(limits::WRITE_TIMEOUT_MS)) => Err(Some(CloseCode::TooSlow)),
    }
}

/// A heartbeat with its jitter, rounded up to the next of the moments that all connections share: thousands of timers that end one by one
/// would wake the process once for each, and the peers' answers once more.
fn jittered(heartbeat_ms: u64) -> Duration {
    let jitter = heartbeat_ms / 10;
    let delay_ms = rand::rng().random_range(heartbeat_ms - jitter..=heartbeat_ms + jitter);
    let grid_ms = (heartbeat_ms / limits::HEARTBEAT_GRID).max(1);
    let past_ms = u64::try_from(Utc::now().timestamp_millis()).unwrap_or(0) + delay_ms;
    Duration::from_millis(past_ms.next_multiple_of(grid_ms) - past_ms + delay_ms)
}

/// The moment on this process's own clock; a token that ends far away ends in a day, when it is looked at again.
fn monotonic(at: DateTime<Utc>) -> Instant {
    let left = (at - Utc::now()).to_std().unwrap_or_default();
    Instant::now() + left.min(Duration::from_secs(24 * 60 * 60))
}
