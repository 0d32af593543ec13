//! `uploads`: what uploads cost the messages, and how much memory they take. Messages are sent at a
//! fixed rate, alternately without and with uploads of 20 MB that messages name. The uploads arrive
//! at a share of the rate at which the disk stores synced bytes when nothing else uses it.

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, sleep_until};

use super::messages::{self, Pace, Traffic};
use super::peer::{Helpline, Means, Peer as _, Setup, Talk, Talker};
use super::results::{self, Results};
use super::{Effort, usage};
use crate::error::LoadError;
use crate::people;
use crate::prove::http::{self, Request};
use crate::target::{self, Relay};

const SCENARIO: &str = "uploads";
const WITHOUT: &str = "without uploads";
/// Tickets with messages. As many further tickets get the files.
const ROOMS: usize = 200;
/// Messages per second.
const RATE: f64 = 100.0;
/// Uploads of all rounds together.
const UPLOADS: usize = 200;
const FILE_BYTES: usize = 20_000_000;
/// Uploads at the same time.
const AT_ONCE: u64 = 4;
/// Bytes that the disk syncs to find its rate.
const PROBE_BYTES: usize = 256 << 20;
/// Part of the disk's rate that the uploads get. The other part is for the database, and for the
/// check, which reads each file again.
const SHARE: f64 = 0.25;
/// Bytes per second at most, so that the load generator does not take the servers' CPU.
const BYTES_PER_SECOND_MAX: f64 = 20e6;
/// Bytes of one write to a socket.
const CHUNK_BYTES: usize = 64 * 1024;
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Runs the scenario `uploads` and records its results.
///
/// # Errors
/// If Helpline does not run, or an upload or its message is refused.
pub async fn run(results: &mut Results, effort: &Effort, means: &Means) -> Result<(), LoadError> {
    let blobs = means.work.join("blobs");
    let outcome = measure(results, effort, means, &blobs).await;
    // Gigabytes.
    let _ = std::fs::remove_dir_all(&blobs);
    outcome
}

async fn measure(
    results: &mut Results,
    effort: &Effort,
    means: &Means,
    blobs: &Path,
) -> Result<(), LoadError> {
    let rounds = effort.rounds.min(3);
    let uploads = effort.pick(UPLOADS / rounds, 6);
    let per_second = (disk_rate(&means.work)? * SHARE).min(BYTES_PER_SECOND_MAX);
    let seconds = (uploads * FILE_BYTES) as f64 / per_second;
    results.scenario(
        SCENARIO,
        format!(
            "{RATE} messages a second to {ROOMS} tickets for {seconds:.0} s, without and with {uploads} uploads of {} MB at {:.1} MB/s, {rounds} times.",
            FILE_BYTES / 1_000_000,
            per_second / 1e6
        ),
    );
    let mut means = means.clone();
    means.settings.extend([
        format!("HELPLINE_BLOBS_DIR={}", blobs.display()),
        "HELPLINE_UPLOAD_BYTES_PER_PERSON_DAY=100000000000".to_owned(),
        "HELPLINE_UPLOAD_BYTES_PER_TICKET=100000000000".to_owned(),
    ]);
    let setup = Setup {
        instances: 1,
        rooms: 2 * ROOMS,
        relay: Relay::InProcess,
    };
    let helpline = Arc::new(Helpline::start(setup, &means, Talk::Messages).await?);
    let talker: Arc<dyn Talker> = Arc::clone(&helpline) as Arc<dyn Talker>;
    let traffic = Traffic {
        rooms: ROOMS,
        listen_on: 0,
        pace: Pace::Open(RATE),
        warm_up: 2.0,
        seconds,
    };
    for round in 0..rounds {
        let without = messages::run(&talker, traffic).await?;
        let uploads_of_round = Uploads {
            port: helpline.target.gateways[0].port(),
            helpline: Arc::clone(&helpline),
            round,
            count: uploads as u64,
            next: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            per_second,
        };
        // The uploads begin with the messages that are measured.
        let begin_after = Duration::from_secs_f64(traffic.warm_up);
        let uploading = on_its_own_thread(async move {
            sleep(begin_after).await;
            uploads_of_round.run().await
        });
        let both = async { tokio::join!(messages::run(&talker, traffic), uploading) };
        let ((with, took), growth) = with_growth(&helpline.holders(), both).await;
        let (with, took) = (with?, took?);
        eprintln!(
            "  uploads: ack p99 {:.1} ms with and {:.1} ms without ({:.2} ×), {uploads} files in {:.0} s, memory grew by {:.1} MiB, {} wrong",
            with.acked.p99,
            without.acked.p99,
            with.acked.p99 / without.acked.p99,
            took.as_secs_f64(),
            growth as f64 / f64::from(1 << 20),
            with.wrong + without.wrong
        );
        for (subject, outcome) in [(WITHOUT, &without), ("Helpline", &with)] {
            results.record(SCENARIO, subject, results::P50, outcome.acked.p50);
            results.record(SCENARIO, subject, results::P99, outcome.acked.p99);
            results.record(SCENARIO, subject, results::LATE, outcome.late.p99);
            results.record(SCENARIO, subject, results::WRONG, outcome.wrong as f64);
        }
        let mib = growth as f64 / f64::from(1 << 20);
        results.record(SCENARIO, "Helpline", results::MEMORY_GROWTH, mib);
    }
    Ok(())
}

/// Runs `work` on a thread of its own, so that the load generator's messages do not wait behind its uploads.
async fn on_its_own_thread<T: Send + 'static>(
    work: impl Future<Output = Result<T, LoadError>> + Send + 'static,
) -> Result<T, LoadError> {
    let failed = |error: &dyn std::fmt::Display| LoadError::Stalled(format!("uploads: {error}"));
    let ran = tokio::task::spawn_blocking(move || {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map(|runtime| runtime.block_on(work))
    });
    match ran.await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(error)) => Err(failed(&error)),
        Err(error) => Err(failed(&error)),
    }
}

/// Bytes per second that the disk of this directory stores, with a sync for each file's worth.
fn disk_rate(place: &Path) -> Result<f64, LoadError> {
    let path = place.join("probe");
    let chunk = vec![0x5a; 1 << 20];
    let write = || -> std::io::Result<f64> {
        let begun = Instant::now();
        let mut file = std::fs::File::create(&path)?;
        for n in 1..=PROBE_BYTES / chunk.len() {
            file.write_all(&chunk)?;
            if (n * chunk.len()).is_multiple_of(16 << 20) {
                file.sync_data()?;
            }
        }
        file.sync_all()?;
        Ok(PROBE_BYTES as f64 / begun.elapsed().as_secs_f64())
    };
    let rate = write().map_err(|error| LoadError::Program {
        program: "the disk's probe",
        why: error.to_string(),
    });
    let _ = std::fs::remove_file(&path);
    rate
}

/// Waits for `work`. Returns its output, and by how many bytes the memory of the processes was
/// larger than at the start, at its most.
async fn with_growth<T>(processes: &[u32], work: impl Future<Output = T>) -> (T, u64) {
    let before = usage::memory_bytes(processes);
    let mut most = before;
    tokio::pin!(work);
    loop {
        // Cancel-safe: the work is pinned outside the loop, and the second branch is a timer.
        tokio::select! {
            done = &mut work => return (done, most - before),
            () = sleep(LOOK_EVERY) => most = most.max(usage::memory_bytes(processes)),
        }
    }
}

/// Uploads of one round.
struct Uploads {
    port: u16,
    helpline: Arc<Helpline>,
    round: usize,
    count: u64,
    next: AtomicU64,
    /// Bytes that are sent, or will be at once.
    bytes: AtomicU64,
    per_second: f64,
}

impl Uploads {
    /// Uploads all files. Returns how long that took.
    async fn run(&self) -> Result<Duration, LoadError> {
        let begun = Instant::now();
        let all = (0..AT_ONCE).map(|_| self.send_some(begun));
        futures_util::future::try_join_all(all).await?;
        Ok(begun.elapsed())
    }

    async fn send_some(&self, begun: Instant) -> Result<(), LoadError> {
        loop {
            let n = self.next.fetch_add(1, Ordering::Relaxed);
            if n >= self.count {
                return Ok(());
            }
            self.send(n, begun).await?;
        }
    }

    /// Uploads a file and sends a message with it.
    async fn send(&self, n: u64, begun: Instant) -> Result<(), LoadError> {
        // The rooms behind those with messages.
        let rooms = &self.helpline.rooms[ROOMS..];
        let room = rooms[n as usize % rooms.len()];
        let token = people::token(target::RIG_SECRET, room.customer, "Customer Load");
        let key = format!("upload.{}.{n}", self.round);
        let reservation = json!({ "key": key, "name": format!("file {n}.bin"), "size_bytes": FILE_BYTES, "ticket": room.ticket });
        let reserved = self.ask("/v1/uploads", &token, &key, &reservation).await?;
        let id = reserved["id"].as_str().unwrap_or_default().to_owned();
        self.put(&id, &token, n, begun).await?;
        let path = format!("/v1/tickets/{}/messages", room.ticket);
        let message = json!({ "body": "", "attachments": [id] });
        self.ask(&path, &token, &key, &message).await?;
        Ok(())
    }

    async fn ask(
        &self,
        path: &str,
        token: &str,
        key: &str,
        body: &Value,
    ) -> Result<Value, LoadError> {
        let request = Request {
            method: "POST",
            path,
            token,
            body: String::new(),
        };
        let answer = http::bytes(self.port, request, key, body.to_string().as_bytes()).await;
        match answer.and_then(|it| it.json()) {
            Some(answer) if answer.is_success() => Ok(answer.body),
            other => Err(LoadError::Stalled(format!("{path}: {other:?}"))),
        }
    }

    /// Sends the bytes, not faster than the rate of all uploads together.
    async fn put(&self, id: &str, token: &str, n: u64, begun: Instant) -> Result<(), LoadError> {
        let failed = |why: std::io::Error| LoadError::Stalled(format!("upload {n}: {why}"));
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))
            .await
            .map_err(failed)?;
        let head = format!(
            "PUT /v1/uploads/{id} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\nauthorization: Bearer {token}\r\ncontent-length: {FILE_BYTES}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.map_err(failed)?;
        let mut chunk = vec![n as u8; CHUNK_BYTES];
        let mut left = FILE_BYTES;
        while left > 0 {
            let bytes = left.min(CHUNK_BYTES);
            let sent = self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
            sleep_until(begun + Duration::from_secs_f64(sent as f64 / self.per_second)).await;
            chunk[..8].copy_from_slice(&sent.to_le_bytes());
            stream.write_all(&chunk[..bytes]).await.map_err(failed)?;
            left -= bytes;
        }
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.map_err(failed)?;
        if answer.starts_with("HTTP/1.1 200") {
            Ok(())
        } else {
            Err(LoadError::Stalled(format!("upload {n}: {answer}")))
        }
    }
}
