//! The baseline: a minimal broadcast server on tokio and tungstenite. It runs in its own process
//! with one thread. Each connection has a queue and a task, which writes many queued frames and
//! flushes once. The server stores nothing, authenticates no client and parses only `join` and
//! the start of a message, which it acks.

use std::cell::RefCell;
use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::rc::Rc;

use clap::Args;
use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::LocalSet;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};

use crate::error::LoadError;
use crate::report::Verdict;

/// The same buffer and queue sizes as in Helpline's gateway.
const BUFFER_BYTES: usize = 4 * 1024;
const DRAIN_FRAMES: usize = 64;
const QUEUE_FRAMES: usize = 4_096;

/// Settings of `bench-baseline`.
#[derive(Debug, Args)]
pub struct BaselineArgs {
    /// Port on 127.0.0.1
    #[arg(long)]
    port: u16,
}

type Senders = Vec<(u64, mpsc::Sender<Utf8Bytes>)>;

#[derive(Default)]
struct Rooms {
    rooms: RefCell<HashMap<String, Senders>>,
}

/// Serves connections until the process is killed.
///
/// # Errors
/// If the port cannot be bound.
pub async fn run(args: BaselineArgs) -> Result<Verdict, LoadError> {
    let served = tokio::task::spawn_blocking(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        LocalSet::new().block_on(&runtime, serve(args.port))
    });
    let failed = |error: std::io::Error| LoadError::Program {
        program: "the baseline",
        why: error.to_string(),
    };
    served
        .await
        .expect("the baseline does not panic")
        .map_err(failed)?;
    Ok(Verdict::Held)
}

async fn serve(port: u16) -> std::io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    let rooms = Rc::new(Rooms::default());
    let mut next = 0;
    loop {
        let (stream, _) = listener.accept().await?;
        next += 1;
        let rooms = Rc::clone(&rooms);
        let me = next;
        tokio::task::spawn_local(async move {
            let mut room = String::new();
            // Ignore connection errors: the load generator counts what each connection received.
            let _ = attend(stream, me, &rooms, &mut room).await;
            if let Some(members) = rooms.rooms.borrow_mut().get_mut(&room) {
                members.retain(|(id, _)| *id != me);
            }
        });
    }
}

async fn attend(
    mut stream: TcpStream,
    me: u64,
    rooms: &Rooms,
    room: &mut String,
) -> Result<(), tokio_tungstenite::tungstenite::Error> {
    stream.set_nodelay(true)?;
    let mut start = [0; 10];
    if stream.peek(&mut start).await? >= 10 && start.starts_with(b"GET /ready") {
        // Read the request before answering and dropping the socket: dropping a socket with unread
        // bytes resets the connection.
        let mut request = [0; 512];
        let _ = stream.read(&mut request).await?;
        return Ok(stream
            .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            .await?);
    }
    let config = WebSocketConfig::default()
        .read_buffer_size(BUFFER_BYTES)
        .write_buffer_size(BUFFER_BYTES);
    let mut socket = tokio_tungstenite::accept_async_with_config(stream, Some(config)).await?;
    let (sender, mut frames) = mpsc::channel(QUEUE_FRAMES);
    let mut batch = Vec::new();
    loop {
        // Cancel-safe: `recv_many` takes no frame unless it completes, and tungstenite keeps
        // partially read frames.
        tokio::select! {
            _ = frames.recv_many(&mut batch, DRAIN_FRAMES) => {
                for frame in batch.drain(..) {
                    socket.feed(Message::Text(frame)).await?;
                }
                socket.flush().await?;
            }
            incoming = socket.next() => {
                let Some(Ok(Message::Text(text))) = incoming else { return Ok(()) };
                if let Some(name) = text.strip_prefix("join ") {
                    name.clone_into(room);
                    rooms.rooms.borrow_mut().entry(name.to_owned()).or_default().push((me, sender.clone()));
                    socket.send(Message::Text(Utf8Bytes::from_static("joined"))).await?;
                } else if let Some((id, event)) = text.strip_prefix('!').and_then(|rest| rest.split_once('!')) {
                    // A message: ack it, and send the event to all members, also to the sender.
                    let _ = sender.try_send(format!(r#"{{"type":"ack","id":{id}}}"#).into());
                    let event = Utf8Bytes::from(event);
                    for (_, member) in rooms.rooms.borrow().get(room).into_iter().flatten() {
                        let _ = member.try_send(event.clone());
                    }
                } else if let Some(members) = rooms.rooms.borrow().get(room) {
                    // Copy the text: a slice would keep the whole read buffer allocated.
                    let text = Utf8Bytes::from(text.as_str());
                    for (_, sender) in members.iter().filter(|(id, _)| *id != me) {
                        // If the receiver's queue is full, the frame is dropped. The load generator
                        // counts the loss.
                        let _ = sender.try_send(text.clone());
                    }
                }
            }
        }
    }
}
