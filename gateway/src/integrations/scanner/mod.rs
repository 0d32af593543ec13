//! The scanner of attachments: clamd, over TCP or a socket of this machine. A file is streamed to it (`INSTREAM`), and its answer is
//! read at the same time, because clamd answers early when a file is too large for it.

mod answer;
mod connection;

#[cfg(test)]
mod tests;

use std::fmt::Display;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use helpline_core::limits;
use tokio::io::AsyncWriteExt;

use crate::config::ScannerAddress;
pub use answer::Verdict;
use answer::{one_line, read_answer, verdict};
use connection::{Connection, WriteHalf};

/// Why the scanner did not answer a command that scans no file.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// There was no connection, or no answer in time.
    #[error("{0}")]
    NotReached(String),
    /// The answer is not that of clamd.
    #[error("it answers {0:?}, not as clamd does")]
    NotClamd(String),
    /// The scanner refuses streams of this length.
    #[error(
        "it refuses a stream of {bytes} bytes ({answer}): set StreamMaxLength in clamd.conf to at least that"
    )]
    TooSmall {
        /// Bytes of the stream.
        bytes: u64,
        /// The scanner's words.
        answer: String,
    },
}

/// A client of clamd. Each scan has a connection of its own.
#[derive(Debug, Clone)]
pub struct Scanner {
    address: ScannerAddress,
    patience: Patience,
}

/// Time limits of a scan.
#[derive(Debug, Clone, Copy)]
struct Patience {
    /// Within which the scanner must take the next piece.
    write: Duration,
    /// Within which it must answer after the last byte.
    answer: Duration,
    /// Within which it must answer a command that scans nothing.
    ping: Duration,
}

const PATIENCE: Patience = Patience {
    write: Duration::from_millis(limits::SCAN_WRITE_TIMEOUT_MS),
    answer: Duration::from_millis(limits::SCAN_ANSWER_TIMEOUT_MS),
    ping: Duration::from_millis(limits::SCAN_PING_TIMEOUT_MS),
};

/// How writing a file to the scanner ended.
enum Written {
    Whole,
    /// The file cannot be read, or has another length.
    BadFile(String),
    /// The scanner does not take it.
    NotTaken(String),
}

impl Scanner {
    /// Makes the client; `None` if no scanner is configured. Connects to nothing.
    pub fn from_config(address: Option<&ScannerAddress>) -> Option<Self> {
        let address = address?.clone();
        Some(Self {
            address,
            patience: PATIENCE,
        })
    }

    /// Scans a file of `size` bytes. Takes at most the time that reading the file takes, and the time limits of the scanner. The
    /// answer is only ever [`Verdict::Clean`] if the scanner had the whole file.
    pub async fn scan<S, E>(&self, size: u64, body: S) -> Verdict
    where
        S: Stream<Item = Result<Bytes, E>>,
        E: Display,
    {
        let (mut reader, writer) = match connection::open(&self.address).await {
            Ok(connection) => tokio::io::split(connection),
            Err(reason) => return Verdict::NotReached { reason },
        };
        let mut reading = std::pin::pin!(read_answer(&mut reader));
        let mut writing = std::pin::pin!(send_file(writer, self.patience.write, size, body));
        // Neither branch is cancelled: both are pinned, and the one that is not ready goes on below.
        let written = tokio::select! {
            biased;
            written = &mut writing => written,
            answer = &mut reading => return early(answer),
        };
        match written {
            Written::Whole => match tokio::time::timeout(self.patience.answer, reading).await {
                Ok(answer) => answer.map_or_else(not_reached, |answer| verdict(&answer)),
                Err(_) => not_reached("the scanner does not answer".to_owned()),
            },
            Written::BadFile(reason) => Verdict::Unreadable {
                reason: one_line(&reason),
            },
            // It may have answered before it closed the connection.
            Written::NotTaken(reason) => {
                match tokio::time::timeout(self.patience.ping, reading).await {
                    Ok(Ok(answer)) => early(Ok(answer)),
                    Ok(Err(_)) | Err(_) => not_reached(reason),
                }
            }
        }
    }

    /// The scanner's version and that of its signatures, as it says it: `ClamAV 1.4.6/27830/…`.
    ///
    /// # Errors
    /// The scanner is not reached, or it is not clamd.
    pub async fn version(&self) -> Result<String, ScanError> {
        let answer = self.ask(b"zVERSION\0").await?;
        if answer.starts_with("ClamAV ") {
            Ok(one_line(&answer))
        } else {
            Err(ScanError::NotClamd(one_line(&answer)))
        }
    }

    /// Checks that the scanner takes files of this size, by streaming zeros to it: clamd does not tell its limit otherwise.
    ///
    /// # Errors
    /// The scanner refuses the size or is not reached.
    pub async fn takes(&self, bytes: u64) -> Result<(), ScanError> {
        let piece = Bytes::from(vec![0; limits::SCAN_CHUNK_BYTES]);
        let zeros = futures_util::stream::unfold(bytes, move |left| {
            let now = left.min(piece.len() as u64);
            let piece = piece.slice(..usize::try_from(now).unwrap_or_default());
            std::future::ready((now > 0).then_some((Ok::<_, &str>(piece), left - now)))
        });
        match self.scan(bytes, zeros).await {
            Verdict::Clean => Ok(()),
            Verdict::NotScannable { reason } => Err(ScanError::TooSmall {
                bytes,
                answer: reason,
            }),
            Verdict::Infected { finding } => Err(ScanError::NotClamd(finding)),
            Verdict::NotReached { reason } | Verdict::Unreadable { reason } => {
                Err(ScanError::NotReached(reason))
            }
        }
    }

    async fn ask(&self, command: &[u8]) -> Result<String, ScanError> {
        let asking = async {
            let mut connection = connection::open(&self.address).await?;
            let sent = connection.write_all(command).await;
            sent.map_err(|error| error.to_string())?;
            read_answer(&mut connection).await
        };
        match tokio::time::timeout(self.patience.ping, asking).await {
            Ok(answer) => answer.map_err(ScanError::NotReached),
            Err(_) => Err(ScanError::NotReached("it does not answer".to_owned())),
        }
    }
}

/// The verdict of an answer that came before the whole file was sent: a refusal or a finding counts, an "OK" does not.
fn early(answer: Result<String, String>) -> Verdict {
    match answer.map(|answer| verdict(&answer)) {
        Ok(Verdict::Clean) => {
            not_reached("the scanner answered before it had the whole file".to_owned())
        }
        Ok(verdict) => verdict,
        Err(reason) => not_reached(reason),
    }
}

fn not_reached(reason: String) -> Verdict {
    Verdict::NotReached {
        reason: one_line(&reason),
    }
}

/// Sends the file in chunks, each with its length before it, and an empty chunk at its end.
async fn send_file<S, E>(
    mut writer: WriteHalf<Connection>,
    limit: Duration,
    size: u64,
    body: S,
) -> Written
where
    S: Stream<Item = Result<Bytes, E>>,
    E: Display,
{
    if let Err(reason) = send(&mut writer, limit, &[b"zINSTREAM\0"]).await {
        return Written::NotTaken(reason);
    }
    let mut body = std::pin::pin!(body);
    let mut sent: u64 = 0;
    while let Some(piece) = body.next().await {
        let piece = match piece {
            Ok(piece) => piece,
            Err(error) => return Written::BadFile(format!("the file cannot be read: {error}")),
        };
        sent += piece.len() as u64;
        for chunk in piece.chunks(limits::SCAN_CHUNK_BYTES) {
            let length = u32::try_from(chunk.len()).unwrap_or_default().to_be_bytes();
            if let Err(reason) = send(&mut writer, limit, &[&length, chunk]).await {
                return Written::NotTaken(reason);
            }
        }
    }
    if sent != size {
        return Written::BadFile(format!("the file has {sent} bytes instead of {size}"));
    }
    match send(&mut writer, limit, &[&[0; 4]]).await {
        Ok(()) => Written::Whole,
        Err(reason) => Written::NotTaken(reason),
    }
}

async fn send(
    writer: &mut WriteHalf<Connection>,
    limit: Duration,
    parts: &[&[u8]],
) -> Result<(), String> {
    let sending = async {
        for part in parts {
            writer.write_all(part).await?;
        }
        writer.flush().await
    };
    match tokio::time::timeout(limit, sending).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(format!("the scanner closed the connection: {error}")),
        Err(_) => Err("the scanner takes no bytes".to_owned()),
    }
}
