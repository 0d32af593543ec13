//! The loop of one signed-in connection: reads frames, writes what its outbox holds, beats, and ends. One task, so that nobody else
//! ever writes to the socket and an idle connection costs one small future.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

use axum::extract::ws::Utf8Bytes;
use helpline_core::limits;
use helpline_core::protocol::{ClientFrame, CommonFrame, TicketHead};
use helpline_core::reject::{CloseCode, Reject, RejectCode};
use rand::RngExt;
use tokio::time::Sleep;

use super::dispatch::{Dispatcher, Next};
use super::wire::{Incoming, Socket};
use crate::connections::registry::Connection;
use crate::connections::send_queue::{Batch, Due, Ending, Outbox, Wakes};
use crate::live::frames::frame;
use crate::runtime::rates::Bucket;
use crate::runtime::tcp_stream::Meter;
use crate::server::app::App;

/// What a connection's task owns.
pub(super) struct Session {
    pub connection: Arc<Connection>,
    /// When the token ends, and the connection with it unless renewed.
    pub expires_at: DateTime<Utc>,
}

/// When the connection has to do something by itself.
struct Clock {
    next_ping: Instant,
    last_heard: Instant,
    /// When the token ends, by the clock on the wall, and when to look at that clock next.
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
        self.next_ping.min(self.last_heard + self.pong_timeout).min(self.expires)
    }
}

/// What the connection's task has to do next.
enum Turn {
    Outbox(Due),
    Came(Incoming),
    Rung,
}

/// Lives until the peer, the outbox or the clock ends it; gives how to close.
pub(super) async fn live(app: &Arc<App>, socket: &mut Socket, session: Session) -> Option<CloseCode> {
    let Session { connection, expires_at } = session;
    let mut clock = Clock {
        next_ping: Instant::now() + jittered(app.config.limits.heartbeat_ms),
        last_heard: Instant::now(),
        expires_at,
        expires: monotonic(expires_at),
        pong_timeout: Duration::from_millis(app.config.limits.heartbeat_ms * 3 / 2),
    };
    let mut inbound = Inbound::new(app, &connection);
    let timer = tokio::time::sleep_until(clock.next().into());
    tokio::pin!(timer);
    let meter = socket.meter();
    let code = loop {
        match next(&connection.outbox, socket, &mut timer, &meter).await {
            Turn::Outbox(Due::Ended(ending)) => {
                if let Ending::AfterDrain(_) = ending {
                    Box::pin(drain(&connection, socket)).await;
                }
                break match ending {
                    Ending::Now(code) | Ending::AfterDrain(code) => Some(code),
                };
            }
            Turn::Outbox(Due::Filled(batch)) => {
                if let Err(code) = write(&connection, socket, batch).await {
                    break code;
                }
            }
            Turn::Came(first) => {
                clock.last_heard = Instant::now();
                match inbound.take_all(socket, first, clock.last_heard).await {
                    After::Live => {}
                    After::Renew { id, token } => match Box::pin(inbound.dispatcher.renew(id, &token)).await {
                        Ok(Some(until)) => clock.renew(until),
                        Ok(None) => {}
                        Err(code) => connection.outbox.end(Ending::AfterDrain(code)),
                    },
                    After::End(code) => break code,
                }
            }
            Turn::Rung => {
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
                if now >= clock.last_heard + clock.pong_timeout {
                    break Some(CloseCode::NoPong);
                }
                if now >= clock.next_ping {
                    clock.next_ping = now + jittered(app.config.limits.heartbeat_ms);
                    connection.outbox.push(frame(&ping(&connection)));
                }
                timer.as_mut().reset(clock.next().into());
            }
        }
    };
    // Nobody may drop frames in any more, and whoever waits for room learns it.
    connection.outbox.end(Ending::Now(code.unwrap_or(CloseCode::Restart)));
    code
}

/// What comes first: an ending, frames to write, a frame to read, the clock; in this order when several are there. By hand and not by
/// `select!`, whose branches would be made anew at every turn. Cancel-safe: tungstenite keeps partial frames, the outbox gives nothing
/// up unless it is given, the timer is pinned outside.
async fn next(outbox: &Outbox, socket: &mut Socket, timer: &mut Pin<&mut Sleep>, meter: &Meter) -> Turn {
    poll_fn(|context| {
        if let Poll::Ready(due) = outbox.poll_due(context) {
            return Poll::Ready(Turn::Outbox(due));
        }
        if let Poll::Ready(incoming) = socket.poll_receive(context) {
            return Poll::Ready(Turn::Came(incoming));
        }
        poll_rung(timer, meter, context).map(|()| Turn::Rung)
    })
    .await
}

/// The clock's next moment, or that by which a message that has begun must be whole, if that is sooner. Set back by whoever looks at the
/// clock.
fn poll_rung(timer: &mut Pin<&mut Sleep>, meter: &Meter, context: &mut Context<'_>) -> Poll<()> {
    if let Some(due) = meter.due().map(tokio::time::Instant::from_std)
        && due < timer.deadline()
    {
        timer.as_mut().reset(due);
    }
    timer.as_mut().poll(context)
}

/// What is done with a connection's frames.
struct Inbound<'a> {
    app: &'a Arc<App>,
    connection: &'a Arc<Connection>,
    bucket: Bucket,
    strikes: u32,
    dispatcher: Dispatcher,
}

/// How the connection goes on after its frames.
enum After {
    Live,
    Renew { id: u64, token: String },
    End(Option<CloseCode>),
}

impl<'a> Inbound<'a> {
    fn new(app: &'a Arc<App>, connection: &'a Arc<Connection>) -> Self {
        let bucket = Bucket::full(app.config.frame_rate(), Instant::now());
        Self { app, connection, bucket, strikes: 0, dispatcher: Dispatcher::new(Arc::clone(app), Arc::clone(connection)) }
    }

    /// Takes this frame and those that stand whole behind it, up to a turn's; only then are those woken whom they concern. Never waits.
    async fn take_all(&mut self, socket: &mut Socket, first: Incoming, now: Instant) -> After {
        let mut incoming = Some(first);
        poll_fn(|context| {
            let mut wakes = Wakes::default();
            for taken in 1.. {
                let Some(came) = incoming.take() else { break };
                match self.take(came, now, &mut wakes) {
                    After::Live => {}
                    after @ (After::Renew { .. } | After::End(_)) => return Poll::Ready(after),
                }
                if taken == limits::TURN_FRAMES_MAX || self.connection.outbox.ending().is_some() {
                    break;
                }
                if let Poll::Ready(next) = socket.poll_receive(context) {
                    incoming = Some(next);
                }
            }
            Poll::Ready(After::Live)
        })
        .await
    }

    fn take(&mut self, incoming: Incoming, now: Instant, wakes: &mut Wakes) -> After {
        let text = match incoming {
            Incoming::Text(text) => text,
            Incoming::Life => Utf8Bytes::from_static(r#"{"type":"pong"}"#),
            Incoming::End => return After::End(None),
            Incoming::TooBig => return After::End(Some(CloseCode::TooBig)),
            Incoming::Broken => return After::End(Some(CloseCode::Protocol)),
        };
        if let Err(wait_ms) = take_one(self.app, self.connection, &mut self.bucket, now) {
            self.strikes += 1;
            if self.strikes > limits::RATE_STRIKES_MAX {
                return After::End(Some(CloseCode::Rate));
            }
            refuse_rate(self.connection, &text, wait_ms);
            return After::Live;
        }
        self.strikes = self.strikes.saturating_sub(1);
        match self.dispatcher.take(&text, wakes) {
            Next::Live => After::Live,
            Next::Renew { id, token } => After::Renew { id, token },
            Next::Close(code) => {
                // The refusal that explains it is still in the outbox.
                self.connection.outbox.end(Ending::AfterDrain(code));
                After::Live
            }
        }
    }
}

/// Takes one of the connection's own rate, of its user's and of its address's; otherwise the milliseconds to wait.
fn take_one(app: &App, connection: &Connection, bucket: &mut Bucket, now: Instant) -> Result<(), u64> {
    let rate = app.config.frame_rate();
    if !bucket.take(rate, now) {
        return Err(bucket.wait_ms(rate));
    }
    app.directory.rates.frame(connection.person.id, connection.address, now)
}

/// Writes what is left, for a farewell.
async fn drain(connection: &Connection, socket: &mut Socket) {
    loop {
        let batch = connection.outbox.take();
        if batch.is_empty() || write(connection, socket, batch).await.is_err() {
            return;
        }
    }
}

/// Writes a batch with one flush. An ending or a socket that takes nothing interrupts it: the error is how to close.
async fn write(connection: &Connection, socket: &mut Socket, mut batch: Batch) -> Result<(), Option<CloseCode>> {
    let bytes = batch.bytes();
    let result = match poll_fn(|context| Poll::Ready(socket.poll_write(&mut batch, context))).await {
        Poll::Ready(written) => written.map_err(|_| None),
        // The socket takes nothing at the moment. Boxed, because few wait and everybody's future would have the size.
        Poll::Pending => Box::pin(write_slowly(connection, socket, batch)).await,
    };
    connection.outbox.written(bytes);
    result
}

async fn write_slowly(connection: &Connection, socket: &mut Socket, mut batch: Batch) -> Result<(), Option<CloseCode>> {
    let slow = poll_fn(|context| match ready!(connection.outbox.poll_ended(context)) {
        Ending::Now(code) => Poll::Ready(code),
        // An ending that lets the outbox drain must not interrupt the draining.
        Ending::AfterDrain(_) => Poll::Pending,
    });
    // Not cancel-safe, and need not be: whichever other branch completes, the socket is closed.
    tokio::select! {
        biased;
        written = poll_fn(|context| socket.poll_write(&mut batch, context)) => written.map_err(|_| None),
        code = slow => Err(Some(code)),
        () = tokio::time::sleep(Duration::from_millis(limits::WRITE_TIMEOUT_MS)) => Err(Some(CloseCode::TooSlow)),
    }
}

fn ping(connection: &Connection) -> CommonFrame {
    let mut heads = Vec::new();
    for (ticket, subscription) in connection.subscriptions.lock().iter_mut() {
        let seq = subscription.position.load(std::sync::atomic::Ordering::Relaxed);
        if seq != subscription.pinged {
            subscription.pinged = seq;
            heads.push(TicketHead { ticket: *ticket, seq: helpline_core::ids::Seq::new(seq) });
        }
    }
    CommonFrame::Ping { heads }
}

/// Frames with an `id` get an answer even when they come too fast; the others are dropped.
fn refuse_rate(connection: &Connection, text: &str, wait_ms: u64) {
    metrics::counter!("helpline_frames_refused_total").increment(1);
    let id = match ClientFrame::parse(text) {
        Ok(parsed) => parsed.id(),
        Err(malformed) => malformed.id,
    };
    if id.is_some() {
        let reject = Reject::new(RejectCode::RateLimited, "too fast").retry_after_ms(wait_ms);
        connection.outbox.push(frame(&CommonFrame::error(id, reject)));
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
