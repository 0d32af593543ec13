//! Changes beside the messages: status, priority, assignee and rating, asked for by REST at whichever instance, with no care for the
//! answer. What became of them is in the history or it is not; both must agree with the ticket as it stands afterwards.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until, timeout};

use super::carry::Stage;
use crate::desk;
use crate::people::{self, Room};

/// Between two changes.
const INTERVAL: Duration = Duration::from_millis(400);
/// Of one request.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
/// Under way at once; further ones are left out.
const REQUESTS_MAX: usize = 32;

/// Asks until the end; gives how many were answered with success, of how many.
pub async fn ask_all(stage: &Stage, begun: Instant, seconds: u64) -> (u64, u64) {
    let end = begun + Duration::from_secs(seconds);
    let mut asking = JoinSet::new();
    let (mut nth, mut done) = (0, 0);
    loop {
        let at = begun + INTERVAL * nth;
        if at >= end {
            break;
        }
        sleep_until(at).await;
        while let Some(answered) = asking.try_join_next() {
            done += u64::from(matches!(answered, Ok(true)));
        }
        if asking.len() < REQUESTS_MAX {
            let room = stage.rooms[nth as usize % stage.rooms.len()];
            let port = stage.stand.gateways[nth as usize % stage.stand.gateways.len()].port();
            asking.spawn(async move { timeout(REQUEST_TIMEOUT, ask(port, room, nth)).await.ok().flatten() == Some(true) });
        }
        nth += 1;
    }
    done += asking.join_all().await.into_iter().filter(|done| *done).count() as u64;
    (done, u64::from(nth))
}

async fn ask(port: u16, room: Room, nth: u32) -> Option<bool> {
    let round = nth / 7;
    let (user, method, path, body) = match nth % 7 {
        0 => (room.agent, "PATCH", "", format!(r#"{{"priority":"{}"}}"#, ["low", "high", "urgent", "medium"][round as usize % 4])),
        1 => (room.agent, "PATCH", "", r#"{"assigned_to":"me"}"#.to_owned()),
        2 => (room.agent, "PATCH", "", r#"{"status":"waiting_on_customer"}"#.to_owned()),
        3 => (room.agent, "PATCH", "", r#"{"assigned_to":"nobody"}"#.to_owned()),
        4 => (room.agent, "PATCH", "", r#"{"status":"resolved"}"#.to_owned()),
        5 => (room.customer, "PUT", "/rating", format!(r#"{{"satisfaction_rating":{}}}"#, round % 5 + 1)),
        _ => (room.agent, "PATCH", "", r#"{"status":"escalated"}"#.to_owned()),
    };
    let token = people::token(desk::RIG_SECRET, user, "Agent Load");
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.ok()?;
    let request = format!(
        "{method} /v1/tickets/{}{path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        room.ticket,
        body.len()
    );
    stream.write_all(request.as_bytes()).await.ok()?;
    let mut head = Vec::new();
    stream.take(64).read_to_end(&mut head).await.ok()?;
    let status: u16 = String::from_utf8_lossy(&head).split_whitespace().nth(1)?.parse().ok()?;
    Some((200..300).contains(&status))
}
