//! Writes through the gateway. Every writer is subscribed to its ticket, and keeps several sends
//! unacknowledged at a time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::{TEXT, WRITERS, Written, used, written};
use crate::bench::connection::Connection;
use crate::bench::peer::{Endpoint, Helpline, Peer, Side};
use crate::error::LoadError;

/// Maximum number of unacknowledged sends per connection.
const WINDOW: usize = 32;
/// Delay before the measurement starts, so that caches, query plans and the memory allocator warm
/// up.
const WARM_UP: Duration = Duration::from_secs(1);

/// State that the writers of one run share.
struct Tally {
    name: String,
    acked: AtomicU64,
    refused: AtomicU64,
    over: AtomicBool,
}

/// Measures writing through the gateway once. Also returns the mean number of messages per commit.
pub(super) async fn run(helpline: &Helpline, seconds: u64) -> Result<(Written, f64), LoadError> {
    let tally = Arc::new(Tally {
        name: format!("b{:08x}", rand::random::<u32>()),
        acked: AtomicU64::new(0),
        refused: AtomicU64::new(0),
        over: AtomicBool::new(false),
    });
    let mut writers = JoinSet::new();
    for n in 0..WRITERS {
        let opening = helpline.opening(Endpoint {
            instance: 0,
            room: n,
            side: Side::Speaker,
        });
        let writer = Writer {
            ticket: helpline.rooms[n].ticket.to_string(),
            n,
            tally: Arc::clone(&tally),
        };
        writers.spawn(async move { writer.run(Connection::open(&opening).await?).await });
    }
    sleep(WARM_UP).await;
    let (before, batches, from, begun) = (
        used(helpline),
        batches(helpline).await,
        tally.acked.load(Ordering::Relaxed),
        Instant::now(),
    );
    sleep(Duration::from_secs(seconds)).await;
    let acked = (tally.acked.load(Ordering::Relaxed) - from) as f64;
    let result = written(before, used(helpline), acked, begun.elapsed().as_secs_f64());
    let (messages, commits) = self::batches(helpline).await;
    tally.over.store(true, Ordering::Relaxed);
    while let Some(ended) = writers.join_next().await {
        ended.expect("a writer's task does not panic")?;
    }
    check(helpline, &tally).await?;
    Ok((
        result,
        ((messages - batches.0) / (commits - batches.1).max(1.0)).max(1.0),
    ))
}

/// Checks that the database contains every acknowledged message exactly once, and no other message.
async fn check(helpline: &Helpline, tally: &Tally) -> Result<(), LoadError> {
    let tickets: Vec<_> = helpline
        .rooms
        .iter()
        .map(|room| room.ticket.uuid())
        .collect();
    let counted = helpline
        .admin
        .query_one(
            include_str!("../../../sql/count_keys.sql"),
            &[&tickets, &tally.name],
        )
        .await;
    let stored: i64 = counted
        .map_err(LoadError::postgres("counting what was stored"))?
        .get(0);
    let (acked, refused) = (
        tally.acked.load(Ordering::Relaxed),
        tally.refused.load(Ordering::Relaxed),
    );
    if u64::try_from(stored) == Ok(acked) && refused == 0 {
        return Ok(());
    }
    Err(LoadError::Stalled(format!(
        "{acked} sends were acked, {refused} refused, and {stored} are in the database"
    )))
}

/// The numbers of messages and commits so far, from the gateway's metrics.
async fn batches(helpline: &Helpline) -> (f64, f64) {
    let Some(port) = helpline
        .target
        .gateways
        .first()
        .map(helpline_rig::Gateway::port)
    else {
        return (0.0, 0.0);
    };
    let text = metrics(port).await.unwrap_or_default();
    let of = |name: &str| {
        text.lines()
            .find_map(|line| line.strip_prefix(name)?.trim().parse().ok())
            .unwrap_or(0.0)
    };
    (
        of("helpline_batch_messages_sum "),
        of("helpline_batch_messages_count "),
    )
}

async fn metrics(port: u16) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    stream
        .write_all(b"GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        .await?;
    let mut text = String::new();
    stream.read_to_string(&mut text).await?;
    Ok(text)
}

struct Writer {
    ticket: String,
    n: usize,
    tally: Arc<Tally>,
}

impl Writer {
    async fn run(self, mut connection: Connection) -> Result<(), LoadError> {
        let (mut sent, mut waiting) = (0_u64, 0);
        loop {
            let over = self.tally.over.load(Ordering::Relaxed);
            if over && waiting == 0 {
                return Ok(());
            }
            // Send further messages once half of the window is acknowledged, so that several
            // messages share one write to the socket.
            if !over && waiting <= WINDOW / 2 {
                while waiting < WINDOW {
                    sent += 1;
                    waiting += 1;
                    connection.queue(self.frame(sent)).await?;
                }
                connection.flush().await?;
            }
            let text = connection.receive().await?;
            if text.starts_with("{\"type\":\"ack\"") {
                waiting -= 1;
                self.tally.acked.fetch_add(1, Ordering::Relaxed);
            } else if text.starts_with("{\"type\":\"error\"") {
                waiting -= 1;
                self.tally.refused.fetch_add(1, Ordering::Relaxed);
            } else if text.starts_with("{\"type\":\"ping\"") {
                connection
                    .send(Utf8Bytes::from_static("{\"type\":\"pong\"}"))
                    .await?;
            }
        }
    }

    /// Formats the JSON frame without a serialiser: client and server share the machine, so
    /// encoding should cost little.
    fn frame(&self, n: u64) -> Utf8Bytes {
        let (ticket, name, writer) = (&self.ticket, &self.tally.name, self.n);
        format!(r#"{{"type":"send","id":{n},"ticket":"{ticket}","key":"{name}.{writer}.{n}","body":"{TEXT}"}}"#).into()
    }
}
