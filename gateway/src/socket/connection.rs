//! The loop of one signed-in connection: reads frames, writes what its outbox holds, beats, and ends. One task, so that nobody else
//! ever writes to the socket and an idle connection costs one small future.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

use axum::extract::ws::Utf8Bytes;
use helpline_core::limits;
use helpline_core::protocol::{ClientFrame, CommonFrame, TicketHead};
use helpline_core::reject::{CloseCode, Reject, RejectCode};
use rand::RngExt;
use tokio::time::Sleep;

use super::dispatch::{Dispatcher, Next};
use super::stream::Meter;
use super::wire::{Incoming, Socket};
use crate::app::App;
use crate::directory::Connection;
use crate::encoded::frame;
use crate::outbox::Ending;
use crate::rate::Bucket;

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

/// Lives until the peer, the outbox or the clock ends it; gives how to close.
pub(super) async fn live(app: &Arc<App>, socket: &mut Socket, session: Session) -> Option<CloseCode> {
    let Session { connection, expires_at } = session;
    let mut bucket = Bucket::full(app.config.frame_rate(), Instant::now());
    let mut strikes = 0;
    let mut dispatcher = Dispatcher::new(Arc::clone(app), Arc::clone(&connection));
    let mut clock = Clock {
        next_ping: Instant::now() + jittered(app.config.limits.heartbeat_ms),
        last_heard: Instant::now(),
        expires_at,
        expires: monotonic(expires_at),
        pong_timeout: Duration::from_millis(app.config.limits.heartbeat_ms * 3 / 2),
    };
    let timer = tokio::time::sleep_until(clock.next().into());
    tokio::pin!(timer);
    let meter = socket.meter();
    let code = loop {
        // Every branch is cancel-safe: tungstenite keeps partial frames, the outbox gives nothing up unless it completes, the ending is
        // state,
        // the timer is pinned outside.
        tokio::select! {
            biased;
            ending = connection.outbox.ended() => {
                if let Ending::AfterDrain(_) = ending {
                    drain(&connection, socket).await;
                }
                break match ending { Ending::Now(code) | Ending::AfterDrain(code) => Some(code) };
            }
            batch = connection.outbox.filled() => {
                if let Err(code) = write(&connection, socket, batch).await { break code }
            }
            incoming = socket.receive() => {
                clock.last_heard = Instant::now();
                let text = match incoming {
                    Incoming::Text(text) => text,
                    Incoming::Life => Utf8Bytes::from_static(r#"{"type":"pong"}"#),
                    Incoming::End => break None,
                    Incoming::TooBig => break Some(CloseCode::TooBig),
                    Incoming::Broken => break Some(CloseCode::Protocol),
                };
                if let Err(wait_ms) = take_one(app, &connection, &mut bucket, clock.last_heard) {
                    strikes += 1;
                    if strikes > limits::RATE_STRIKES_MAX { break Some(CloseCode::Rate) }
                    refuse_rate(&connection, &text, wait_ms);
                    continue;
                }
                strikes = strikes.saturating_sub(1);
                match dispatcher.take(&text).await {
                    Next::Live => {}
                    Next::Renewed(until) => clock.renew(until),
                    // The refusal that explains it is still in the outbox.
                    Next::Close(code) => connection.outbox.end(Ending::AfterDrain(code)),
                }
            }
            () = rung(&mut timer, &meter) => {
                let now = Instant::now();
                if meter.due().is_some_and(|due| now >= due) { break Some(CloseCode::TooSlow) }
                if now >= clock.expires {
                    if Utc::now() >= clock.expires_at { break Some(CloseCode::NotAuthenticated) }
                    clock.renew(clock.expires_at);
                }
                if now >= clock.last_heard + clock.pong_timeout { break Some(CloseCode::NoPong) }
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

/// Takes one of the connection's own rate, of its user's and of its address's; otherwise the milliseconds to wait.
fn take_one(app: &App, connection: &Connection, bucket: &mut Bucket, now: Instant) -> Result<(), u64> {
    let rate = app.config.frame_rate();
    if !bucket.take(rate, now) {
        return Err(bucket.wait_ms(rate));
    }
    app.directory.rates.frame(connection.person.id, connection.address, now)
}

/// The clock's next moment, or that by which a message that has begun must be whole, if that is sooner. Cancel-safe: the timer is pinned
/// outside, and set back by whoever looks at the clock.
async fn rung(timer: &mut Pin<&mut Sleep>, meter: &Meter) {
    poll_fn(|context| {
        if let Some(due) = meter.due().map(tokio::time::Instant::from_std)
            && due < timer.deadline()
        {
            timer.as_mut().reset(due);
        }
        timer.as_mut().poll(context)
    })
    .await;
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
async fn write(connection: &Connection, socket: &mut Socket, batch: Vec<Utf8Bytes>) -> Result<(), Option<CloseCode>> {
    let bytes: usize = batch.iter().map(|frame| frame.len()).sum();
    let writing = socket.write(batch);
    let slow = async {
        // An ending that lets the outbox drain must not interrupt the draining.
        match connection.outbox.ended().await {
            Ending::Now(code) => code,
            Ending::AfterDrain(_) => std::future::pending().await,
        }
    };
    // Not cancel-safe, and need not be: whichever other branch completes, the socket is closed.
    let result = tokio::select! {
        biased;
        written = writing => written.map_err(|_| None),
        code = slow => Err(Some(code)),
        () = tokio::time::sleep(Duration::from_millis(limits::WRITE_TIMEOUT_MS)) => Err(Some(CloseCode::TooSlow)),
    };
    connection.outbox.written(bytes);
    result
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

fn jittered(heartbeat_ms: u64) -> Duration {
    let jitter = heartbeat_ms / 10;
    Duration::from_millis(rand::rng().random_range(heartbeat_ms - jitter..=heartbeat_ms + jitter))
}

/// The moment on this process's own clock; a token that ends far away ends in a day, when it is looked at again.
fn monotonic(at: DateTime<Utc>) -> Instant {
    let left = (at - Utc::now()).to_std().unwrap_or_default();
    Instant::now() + left.min(Duration::from_secs(24 * 60 * 60))
}
