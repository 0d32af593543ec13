//! Applies rate limits to a connection's incoming frames and passes them to the dispatcher.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;
use std::time::Instant;

use axum::extract::ws::Utf8Bytes;
use chrono::{DateTime, Utc};
use helpline_core::limits;
use helpline_core::protocol::{ClientFrame, CommonFrame};
use helpline_core::reject::{CloseCode, Reject, RejectCode};

use super::dispatch::{Dispatcher, Next};
use super::state::SocketState;
use super::subscriptions::Subscriptions;
use super::wire::{Incoming, Socket};
use crate::connections::{Connection, Disconnect, WakeList};
use crate::live::frames::frame;
use crate::runtime::rates::Bucket;
use crate::writer::log_refusal;

/// Processes the incoming frames of one connection, with rate limits.
pub(super) struct Inbound<'a> {
    state: &'a SocketState,
    connection: &'a Arc<Connection>,
    bucket: Bucket,
    strikes: u32,
    dispatcher: Dispatcher,
}

/// What the connection must do after its incoming frames were processed.
pub(super) enum After {
    Live,
    Renew { id: u64, token: String },
    End(Option<CloseCode>),
}

impl<'a> Inbound<'a> {
    pub(super) fn new(
        state: &'a Arc<SocketState>,
        connection: &'a Arc<Connection>,
        subscriptions: &Arc<Subscriptions>,
    ) -> Self {
        let bucket = Bucket::full(state.limits.frame_rate(), Instant::now());
        let dispatcher = Dispatcher::new(
            Arc::clone(state),
            Arc::clone(connection),
            Arc::clone(subscriptions),
        );
        Self {
            state,
            connection,
            bucket,
            strikes: 0,
            dispatcher,
        }
    }

    /// Checks a client's new token with [`Dispatcher::renew`].
    pub(super) async fn renew(
        &self,
        id: u64,
        token: &str,
    ) -> Result<Option<DateTime<Utc>>, CloseCode> {
        self.dispatcher.renew(id, token).await
    }

    /// Processes this message and the messages already received after it, together at most
    /// [`limits::TURN_FRAMES_MAX`]. Connections that get new frames are woken only at the end.
    /// Never waits for further messages.
    pub(super) async fn take_all(
        &mut self,
        socket: &mut Socket,
        first: Incoming,
        now: Instant,
    ) -> After {
        let mut incoming = Some(first);
        poll_fn(|context| {
            let mut wakes = WakeList::default();
            for taken in 1.. {
                let Some(came) = incoming.take() else { break };
                match self.take(came, now, &mut wakes) {
                    After::Live => {}
                    after @ (After::Renew { .. } | After::End(_)) => return Poll::Ready(after),
                }
                if taken == limits::TURN_FRAMES_MAX
                    || self.connection.send_queue.disconnecting().is_some()
                {
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

    fn take(&mut self, incoming: Incoming, now: Instant, wakes: &mut WakeList) -> After {
        let text = match incoming {
            Incoming::Text(text) => text,
            Incoming::KeepAlive => Utf8Bytes::from_static(r#"{"type":"pong"}"#),
            Incoming::End => return After::End(None),
            Incoming::TooBig => return After::End(Some(CloseCode::TooBig)),
            Incoming::Broken => return After::End(Some(CloseCode::Protocol)),
        };
        if let Err(wait_ms) = take_one(self.state, self.connection, &mut self.bucket, now) {
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
                // Close only after the send queue is written. It still contains the refusal that
                // tells the client the reason for the close.
                self.connection
                    .send_queue
                    .disconnect(Disconnect::AfterDrain(code));
                After::Live
            }
        }
    }
}

/// Counts one frame against the rate limits of the connection, its user and its address. If a limit
/// is exceeded, the error is the time to wait in milliseconds.
fn take_one(
    state: &SocketState,
    connection: &Connection,
    bucket: &mut Bucket,
    now: Instant,
) -> Result<(), u64> {
    let rate = state.limits.frame_rate();
    if !bucket.take(rate, now) {
        return Err(bucket.wait_ms(rate));
    }
    state
        .entrance
        .rates
        .frame(connection.person.id, connection.address, now)
}

/// Refuses a frame that exceeds the rate limit. If the frame has an `id`, the client gets an error
/// frame; otherwise the frame is dropped silently.
fn refuse_rate(connection: &Connection, text: &str, wait_ms: u64) {
    metrics::counter!("helpline_frames_refused_total").increment(1);
    let id = match ClientFrame::parse(text) {
        Ok(parsed) => {
            if let ClientFrame::Send { key, .. } = &parsed {
                log_refusal(key, RejectCode::RateLimited);
            }
            parsed.id()
        }
        Err(malformed) => malformed.id,
    };
    if id.is_some() {
        let reject =
            Reject::new(RejectCode::RateLimited, "too many frames").retry_after_ms(wait_ms);
        connection
            .send_queue
            .push(frame(&CommonFrame::error(id, reject)));
    }
}
