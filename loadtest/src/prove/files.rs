//! During all faults, uploads files and sends messages with them, in tickets that nothing else uses.
//! At the end, every stored message must have its own file, complete and unchanged, and every
//! acknowledged message must be stored.

use std::collections::HashMap;
use std::time::Duration;

use helpline_core::ids::UserId;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep, sleep_until};
use uuid::Uuid;

use super::executor::Executor;
use super::http::{self, Bytes, Request};
use super::lost_commits::LostCommits;
use crate::checker::Violation;
use crate::error::LoadError;
use crate::people::{self, Room};
use crate::target::{self, Admin};

/// Number of tickets for messages with files.
pub const TICKETS: usize = 2;
/// Time between two files.
const INTERVAL: Duration = Duration::from_millis(600);
/// Size of the largest file, in bytes. It takes several writes to a socket and to a disk.
const FILE_BYTES_MAX: usize = 300 * 1024;
/// One in this many files is a note's.
const NOTE_EVERY: u32 = 5;
/// Pause before a request is repeated.
const RETRY_PAUSE: Duration = Duration::from_millis(250);
/// How long one step is repeated: longer than any fault of a generated plan.
const STEP_TIMEOUT: Duration = Duration::from_secs(60);
/// How long a file may be in its check after all faults have ended.
const CHECK_TIMEOUT: Duration = Duration::from_secs(30);

/// What became of the files.
#[derive(Debug, Default)]
pub struct Files {
    /// The files by the idempotency key of their message.
    sent: HashMap<String, Sent>,
    refused: Vec<Violation>,
}

#[derive(Debug)]
struct Sent {
    nth: u32,
    /// The upload's id.
    upload: Uuid,
    /// When the message was acknowledged.
    acked: Option<Instant>,
}

/// One file of a person.
#[derive(Debug, Clone, Copy)]
struct File {
    nth: u32,
    room: Room,
}

/// A step that did not succeed.
enum Failed {
    /// The server refused it: the status and the error's code.
    Refused(u16, String),
    /// No answer came in time.
    Unanswered,
}

/// Uploads and sends files until the end of the load test run, one after the other. Each request is
/// repeated, at the next instance, until it is answered.
pub async fn send_all(
    executor: &Executor,
    rooms: &[Room],
    begun: Instant,
    seconds: u64,
    run: &str,
) -> Files {
    let end = begun + Duration::from_secs(seconds);
    let mut files = Files::default();
    for nth in 0.. {
        let at = (begun + INTERVAL * nth).max(Instant::now());
        if at >= end {
            break;
        }
        sleep_until(at).await;
        let file = File {
            nth,
            room: rooms[nth as usize % rooms.len()],
        };
        file.send(executor, run, &mut files).await;
    }
    files
}

impl File {
    /// Uploads the file and sends a message with it.
    async fn send(&self, executor: &Executor, run: &str, files: &mut Files) {
        // A restored database may not know the upload any more. A person begins again then.
        for attempt in 0..3 {
            let key = format!("{run}.file.{}.{attempt}", self.nth);
            match self.try_send(executor, &key, files).await {
                Ok(()) => return,
                Err(Failed::Unanswered) => {
                    let why = format!("file {} was not taken within {STEP_TIMEOUT:?}", self.nth);
                    files.refused.push(Violation::Stuck(why));
                    return;
                }
                Err(Failed::Refused(404 | 422, _)) if attempt < 2 => {}
                Err(Failed::Refused(status, code)) => {
                    files.refused.push(Violation::Refused(format!(
                        "file {}: {status} {code}",
                        self.nth
                    )));
                    return;
                }
            }
        }
    }

    async fn try_send(
        &self,
        executor: &Executor,
        key: &str,
        files: &mut Files,
    ) -> Result<(), Failed> {
        let content = self.content();
        let ticket = self.room.ticket;
        let reservation = json!({
            "key": key,
            "name": format!("file {}.bin", self.nth),
            "size_bytes": content.len(),
            "ticket": ticket,
            "is_internal": self.is_note(),
        });
        let reserved = self
            .ask(
                executor,
                "POST",
                "/v1/uploads",
                key,
                reservation.to_string().as_bytes(),
            )
            .await?;
        let id = reserved
            .json()
            .and_then(|it| it.body["id"].as_str()?.parse().ok());
        let upload: Uuid = id.ok_or(Failed::Unanswered)?;
        self.ask(
            executor,
            "PUT",
            &format!("/v1/uploads/{upload}"),
            key,
            &content,
        )
        .await?;
        let message = json!({
            "body": "",
            "internal": self.is_note(),
            "attachments": [upload],
        });
        let sent = files.sent.entry(key.to_owned()).or_insert(Sent {
            nth: self.nth,
            upload,
            acked: None,
        });
        let path = format!("/v1/tickets/{ticket}/messages");
        self.ask(executor, "POST", &path, key, message.to_string().as_bytes())
            .await?;
        sent.acked = Some(Instant::now());
        Ok(())
    }

    /// Sends a request until it is answered with another status than a passing one.
    async fn ask(
        &self,
        executor: &Executor,
        method: &str,
        path: &str,
        key: &str,
        body: &[u8],
    ) -> Result<Bytes, Failed> {
        let gateways = &executor.cluster.gateways;
        let deadline = Instant::now() + STEP_TIMEOUT;
        for n in self.nth as usize.. {
            let request = Request {
                method,
                path,
                token: &self.token(),
                body: String::new(),
            };
            let port = gateways[n % gateways.len()].port();
            match http::bytes(port, request, key, body).await {
                Some(answer) if (200..300).contains(&answer.status) => return Ok(answer),
                // Busy, being uploaded by a request of before, or without its database.
                Some(Bytes {
                    status: 409 | 429 | 500..,
                    ..
                })
                | None => {}
                Some(answer) => {
                    let code = answer.json().map(|it| it.body["code"].to_string());
                    return Err(Failed::Refused(answer.status, code.unwrap_or_default()));
                }
            }
            if Instant::now() > deadline {
                break;
            }
            sleep(RETRY_PAUSE).await;
        }
        Err(Failed::Unanswered)
    }

    fn is_note(&self) -> bool {
        self.nth % NOTE_EVERY == NOTE_EVERY - 1
    }

    /// Notes are the agent's, messages are written by both in turn.
    fn writer(&self) -> UserId {
        if self.is_note() || self.nth / 2 % 2 == 1 {
            self.room.agent
        } else {
            self.room.customer
        }
    }

    fn token(&self) -> String {
        people::token(target::RIG_SECRET, self.writer(), "Person File")
    }

    /// The file's bytes, which depend on its number only. No two files are equal.
    fn content(&self) -> Vec<u8> {
        content(self.nth)
    }
}

fn content(nth: u32) -> Vec<u8> {
    let mut state = u64::from(nth).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let length = (state >> 20) as usize % FILE_BYTES_MAX + 1;
    let mut bytes = format!("file {nth} ").into_bytes();
    // Xorshift: every part of the file differs from every other part.
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes
}

impl Files {
    /// Compares what is stored with what was sent, and downloads every file. Returns a line
    /// for the report, and the violations. All faults must have ended.
    ///
    /// # Errors
    /// If Postgres refuses the query.
    pub async fn judge(
        self,
        executor: &Executor,
        admin: &Admin,
        rooms: &[Room],
        losses: &[LostCommits],
        begun: Instant,
    ) -> Result<(String, Vec<Violation>), LoadError> {
        let Self { sent, refused } = self;
        let acked = sent.values().filter(|it| it.acked.is_some()).count();
        let mut found = refused;
        let tickets: Vec<Uuid> = rooms.iter().map(|room| room.ticket.uuid()).collect();
        let stored = checked(admin, &tickets).await?;
        for (key, file) in &sent {
            let may_be_undone = |at: Instant| {
                let at = at.saturating_duration_since(begun).as_secs_f64();
                losses.iter().any(|loss| loss.voids_acks && loss.holds(at))
            };
            let is_lost = !stored.iter().any(|it| it.key.as_ref() == Some(key));
            if is_lost && file.acked.is_some_and(|at| !may_be_undone(at)) {
                found.push(Violation::Lost(format!(
                    "the message with file {} was acked and is not in the database",
                    file.nth
                )));
            }
        }
        for row in &stored {
            let Some(file) = row.key.as_ref().and_then(|key| sent.get(key)) else {
                found.push(Violation::Forged(format!(
                    "upload {} is on a message that was never sent",
                    row.upload
                )));
                continue;
            };
            if file.upload != row.upload {
                found.push(Violation::Foreign(format!(
                    "the message with file {} has upload {} in place of {}",
                    file.nth, row.upload, file.upload
                )));
                continue;
            }
            if row.state == "checking" {
                found.push(Violation::Stuck(format!(
                    "file {} is still in its check",
                    file.nth
                )));
                continue;
            }
            let room = rooms[file.nth as usize % rooms.len()];
            let file = File {
                nth: file.nth,
                room,
            };
            if let Err(why) = file.is_unchanged(executor, row.upload).await {
                found.push(Violation::Damaged(format!("file {}: {why}", file.nth)));
            }
        }
        let compared = stored.len();
        let told = format!("{acked} acked, {compared} stored and compared byte by byte");
        Ok((told, found))
    }
}

impl File {
    /// Downloads the file and compares it with what was uploaded.
    async fn is_unchanged(&self, executor: &Executor, upload: Uuid) -> Result<(), String> {
        let path = format!("/v1/attachments/{upload}/link");
        let link = match self.ask(executor, "POST", &path, "link", b"").await {
            Ok(answer) => answer.json().map_or(Value::Null, |it| it.body),
            Err(Failed::Refused(status, code)) => return Err(format!("no link: {status} {code}")),
            Err(Failed::Unanswered) => return Err("no link in time".into()),
        };
        let url = link["url"].as_str().unwrap_or_default();
        let path = url.find("/files/").map_or(url, |at| &url[at..]);
        match self.ask(executor, "GET", path, "file", b"").await {
            Ok(answer) if answer.body == self.content() => Ok(()),
            Ok(answer) => Err(format!(
                "{} bytes, of which not all are those of the {} that were uploaded",
                answer.body.len(),
                self.content().len()
            )),
            Err(Failed::Refused(status, code)) => Err(format!("{status} {code}")),
            Err(Failed::Unanswered) => Err("no answer in time".into()),
        }
    }
}

/// A file of a stored message.
struct Stored {
    /// The message's idempotency key.
    key: Option<String>,
    upload: Uuid,
    state: String,
}

/// Reads the files of the stored messages, once all of them are checked or the time is over.
async fn checked(admin: &Admin, tickets: &[Uuid]) -> Result<Vec<Stored>, LoadError> {
    let deadline = Instant::now() + CHECK_TIMEOUT;
    loop {
        let rows = admin
            .query(include_str!("../../sql/prove_files.sql"), &[&tickets])
            .await
            .map_err(LoadError::postgres("reading the files"))?;
        let stored: Vec<Stored> = rows
            .iter()
            .map(|row| Stored {
                key: row.get(0),
                upload: row.get(1),
                state: row.get(2),
            })
            .collect();
        if Instant::now() > deadline || stored.iter().all(|it| it.state != "checking") {
            return Ok(stored);
        }
        sleep(RETRY_PAUSE).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_different_and_within_the_bound() {
        let all: Vec<_> = (0..50).map(content).collect();
        assert!(all.iter().all(|it| it.len() <= FILE_BYTES_MAX + 16));
        assert!(all.iter().enumerate().all(|(n, it)| !all[..n].contains(it)));
        assert_eq!(content(7), content(7));
    }
}
