//! The phase from the upgrade to `welcome`. Within a time limit, a client must send a `hello` frame
//! of bounded size with a valid token.

use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::time::{Duration, Instant};

use axum::extract::ws::Utf8Bytes;
use helpline_core::limits;
use helpline_core::protocol::{ClientFrame, CommonFrame, Me, WireLimits};
use helpline_core::reject::{CloseCode, Reject, RejectCode};
use helpline_persistence::audit::AccessRow;
use helpline_persistence::people::Person;
use rand::RngExt;
use serde_json::Value;
use tracing::Instrument;

use super::connection::{self, Session};
use super::state::{Entrance, SocketState};
use super::subscriptions::Subscriptions;
use super::wire::{Incoming, Socket};
use crate::auth::TokenFault;
use crate::connections::{Connection, Disconnect, SendQueue};
use crate::database::sign_in::{self, Over};
use crate::live::frames::frame;
use crate::runtime::request_ids::RequestIds;

/// A WebSocket client that has not signed in yet.
pub(super) struct Guest {
    /// The client's IP address. If the peer is a trusted proxy, it is the address that the proxy
    /// reports.
    pub address: Option<IpAddr>,
    /// The `User-Agent` header of the HTTP upgrade request.
    pub user_agent: Option<String>,
    /// The request id and trace id of the upgrade request.
    pub ids: Arc<RequestIds>,
}

/// The data of a client whose `hello` frame was accepted.
struct Greeted {
    id: u64,
    person: Person,
    expires_at: chrono::DateTime<chrono::Utc>,
}

/// Waits for the `hello` frame, signs the person in, and runs the connection until it ends.
pub(super) async fn receive(state: Arc<SocketState>, mut socket: Socket, guest: Guest) {
    // During sign-in, log lines contain the ids of the upgrade request. After that, they contain
    // the connection's number, because entering a span for every frame would cost too much.
    let span = guest.ids.span();
    // Boxed, so that the state of the short sign-in phase does not enlarge the future of the
    // long-lived connection.
    let entering = Box::pin(entered(&state, &mut socket, guest).instrument(span.clone()));
    let (connection, id, expires_at) = match entering.await {
        Ok(entered) => entered,
        Err(None) => return,
        Err(Some(code)) => return Box::pin(socket.close(code)).await,
    };
    let (number, began) = (connection.id, Instant::now());
    span.in_scope(|| {
        tracing::debug!(connection = number, person = %connection.person.id, "signed in at a socket");
    });
    drop(span);
    connection
        .send_queue
        .push(frame(&welcome(&state, id, &connection.person)));
    metrics::gauge!("helpline_connections").increment(1.0);
    socket.admit();
    if state.lifecycle.is_draining() {
        // The instance is shutting down. It has disconnected all connections that were registered
        // when the shutdown began. This connection registered after that, so disconnect it here.
        connection
            .send_queue
            .disconnect(Disconnect::AfterDrain(CloseCode::Restart));
    }
    let subscriptions = Arc::new(Subscriptions::default());
    let session = Session {
        connection: Arc::clone(&connection),
        subscriptions: Arc::clone(&subscriptions),
        expires_at,
    };
    let code = connection::live(&state, &mut socket, session).await;
    metrics::gauge!("helpline_connections").decrement(1.0);
    tracing::debug!(
        connection = number,
        code = code.map(CloseCode::code),
        seconds = began.elapsed().as_secs(),
        "a socket has ended"
    );
    subscriptions.close();
    state.inbox.leave(&connection);
    state.entrance.registry.leave(&connection);
    // Close the socket only after the connection has left the registry. Otherwise a client that no
    // longer responds would count as connected until the close times out.
    if let Some(code) = code {
        Box::pin(socket.close(code)).await;
    }
}

/// Waits for a valid `hello` and registers the connection. Also returns the `id` of the `hello`
/// frame and the token's expiry. The error is the close code, or `None` if the peer is already
/// disconnected.
async fn entered(
    state: &SocketState,
    socket: &mut Socket,
    guest: Guest,
) -> Result<(Arc<Connection>, u64, chrono::DateTime<chrono::Utc>), Option<CloseCode>> {
    let Greeted {
        id,
        person,
        expires_at,
    } = first_frame(state, socket, &guest).await?;
    let entered = state
        .entrance
        .registry
        .enter(person.id, |number| Connection {
            id: number,
            person,
            address: guest.address,
            user_agent: guest.user_agent,
            send_queue: SendQueue::default(),
            awaited_acks: AtomicU32::new(0),
        });
    entered
        .map(|connection| (connection, id, expires_at))
        .map_err(|_| Some(CloseCode::TooManyConnections))
}

/// Waits for the first frame within the time limit, and signs the client in. The error is the close
/// code, or `None` if the peer is already disconnected.
async fn first_frame(
    state: &SocketState,
    socket: &mut Socket,
    guest: &Guest,
) -> Result<Greeted, Option<CloseCode>> {
    let deadline = Duration::from_millis(limits::HELLO_TIMEOUT_MS);
    // The read is not cancel-safe, but it need not be: if the other branch completes, the socket is
    // closed.
    let text = tokio::select! {
        text = text_in_time(socket, deadline) => text?,
        () = state.lifecycle.drain.cancelled() => return Err(Some(CloseCode::Restart)),
    };
    // The client's frame arrived in time. If the database now takes too long, the close code allows
    // the client to retry.
    match tokio::time::timeout(deadline, greet(&state.entrance, socket, guest, &text)).await {
        Ok(greeted) => greeted,
        Err(_) => {
            sign_in::count(Over::Socket, Some(RejectCode::Overloaded));
            let pause_ms = rand::rng().random_range(0..limits::SIGN_IN_RETRY_MS_MAX);
            let reject = Reject::new(
                RejectCode::Overloaded,
                "too many sign-ins at once; retry later",
            )
            .retry_after_ms(pause_ms);
            refuse(socket, None, reject, CloseCode::Restart).await
        }
    }
}

/// Waits for the first text frame. If the process was suspended or starved of CPU, the `hello` may
/// have arrived without being read. In this case, the close code allows a retry. A client that
/// really sent nothing gets a close code that forbids a retry.
async fn text_in_time(
    socket: &mut Socket,
    deadline: Duration,
) -> Result<Utf8Bytes, Option<CloseCode>> {
    let began = Instant::now();
    let mut text = pin!(wait_for_text(socket));
    // `timeout` polls the socket before its timer. After a suspension, however, the timer can fire
    // before the runtime has noticed that the socket is readable, so wait a second time.
    if let Ok(text) = tokio::time::timeout(deadline, &mut text).await {
        return text;
    }
    if let Ok(text) = tokio::time::timeout(
        Duration::from_millis(limits::HELLO_SECOND_LOOK_MS),
        &mut text,
    )
    .await
    {
        return text;
    }
    let stood_still = began.elapsed() > deadline + Duration::from_millis(limits::STANDSTILL_MS);
    Err(Some(if stood_still {
        CloseCode::Restart
    } else {
        CloseCode::NotAuthenticated
    }))
}

async fn wait_for_text(socket: &mut Socket) -> Result<Utf8Bytes, Option<CloseCode>> {
    let mut pings = 0;
    loop {
        match socket.receive().await {
            Incoming::Text(text) => return Ok(text),
            // Limit pings: each one is answered with a pong, which stays in memory if the peer does
            // not read.
            Incoming::KeepAlive if pings == limits::PINGS_BEFORE_HELLO_MAX => {
                return Err(Some(CloseCode::Protocol));
            }
            Incoming::KeepAlive => pings += 1,
            Incoming::End => return Err(None),
            Incoming::TooBig => return Err(Some(CloseCode::TooBig)),
            Incoming::Broken => return Err(Some(CloseCode::Protocol)),
        }
    }
}

async fn greet(
    entrance: &Entrance,
    socket: &mut Socket,
    guest: &Guest,
    text: &str,
) -> Result<Greeted, Option<CloseCode>> {
    if text.len() > limits::HELLO_BYTES_MAX {
        return Err(Some(CloseCode::TooBig));
    }
    let (id, token) = match ClientFrame::parse(text) {
        Ok(ClientFrame::Hello { id, token }) => (id, token),
        Ok(other) => {
            let reject = Reject::new(RejectCode::HelloExpected, "the first frame must be hello");
            return refuse(socket, other.id(), reject, CloseCode::Protocol).await;
        }
        Err(malformed) => {
            if entrance
                .rates
                .refused_sign_in(guest.address, Instant::now())
            {
                record_refusal(entrance, guest, None, &malformed.reject, Value::Null).await;
            }
            // The client may have another version than this instance. Let it reconnect, because
            // another instance may understand its frames.
            let code = if malformed.reject.code.ends_with_connection() {
                CloseCode::Restart
            } else {
                CloseCode::Protocol
            };
            return refuse(socket, malformed.id, malformed.reject, code).await;
        }
    };
    let verified = entrance.verifier.verify(&token).await;
    if let Err(fault) = &verified {
        sign_in::count(Over::Socket, Some(fault.reject().code));
    }
    let verified = match verified {
        Ok(verified) => verified,
        // The identity provider's key set cannot be fetched. This is not the client's error, so
        // allow a retry.
        Err(fault @ TokenFault::KeySetUnavailable) => {
            return refuse(socket, Some(id), fault.reject(), CloseCode::Restart).await;
        }
        Err(fault) => {
            let reject = fault.reject();
            if entrance
                .rates
                .refused_sign_in(guest.address, Instant::now())
            {
                tracing::info!(
                    reason = fault.word(),
                    "a token was refused: {}",
                    fault.sentence()
                );
                let detail = serde_json::json!({"reason": fault.word()});
                record_refusal(entrance, guest, None, &reject, detail).await;
            }
            return refuse(socket, Some(id), reject, CloseCode::NotAuthenticated).await;
        }
    };
    let mut user = verified.identity.subject.person();
    let signed_in = match entrance.sign_in.person(&verified.identity).await {
        Ok(person) => {
            user = Some(person.id);
            sign_in::admitted(person)
        }
        Err(reject) => Err(reject),
    };
    sign_in::count(
        Over::Socket,
        signed_in.as_ref().err().map(|reject| reject.code),
    );
    match signed_in {
        Ok(person) => Ok(Greeted {
            id,
            person,
            expires_at: verified.expires_at,
        }),
        Err(reject) => {
            let code = if reject.code == RejectCode::Blocked {
                CloseCode::Revoked
            } else {
                CloseCode::Restart
            };
            if !reject.code.is_passing() {
                record_refusal(entrance, guest, user, &reject, Value::Null).await;
            }
            refuse(socket, Some(id), reject, code).await
        }
    }
}

async fn refuse<T>(
    socket: &mut Socket,
    id: Option<u64>,
    reject: Reject,
    code: CloseCode,
) -> Result<T, Option<CloseCode>> {
    socket.send(frame(&CommonFrame::error(id, reject))).await;
    Err(Some(code))
}

async fn record_refusal(
    entrance: &Entrance,
    guest: &Guest,
    user: Option<helpline_core::ids::UserId>,
    reject: &Reject,
    detail: Value,
) {
    let row = AccessRow {
        user,
        action: "sign_in_refused".to_owned(),
        ticket: None,
        refused: Some(reject.code),
        address: guest.address,
        user_agent: guest.user_agent.clone(),
        detail,
    };
    // The client is refused even if the audit row could not be written. The audit log counts lost
    // rows.
    let _ = entrance.audit_log.record(row).await;
}

fn welcome(state: &SocketState, id: u64, person: &Person) -> CommonFrame {
    CommonFrame::Welcome {
        id,
        user: Me {
            id: person.id,
            name: person.name.clone(),
            email: person.email.clone(),
        },
        role: person.role,
        heartbeat_ms: state.limits.heartbeat_ms,
        limits: WireLimits {
            body_bytes_max: limits::BODY_BYTES_MAX as u32,
            frame_bytes_max: limits::FRAME_BYTES_MAX as u32,
            attachments_max: limits::ATTACHMENTS_MAX as u32,
            attachment_bytes_max: state.attachment_bytes_max,
            subscriptions_max: state.limits.subscriptions_max,
            frames_per_second: state.limits.frames_per_second,
            typing_interval_ms: limits::TYPING_INTERVAL_MS as u32,
            typing_fade_ms: limits::TYPING_FADE_MS as u32,
        },
        features: state.features.clone(),
    }
}
