//! Changes status, priority, assignee and rating with REST requests at alternating instances, while
//! members send messages. The responses are only counted. The ticket's history shows whether a
//! change took effect, and must agree with the ticket's final state.

use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use super::executor::Executor;
use super::http::{self, Answer, Request};
use super::members;
use crate::people::{self, Room};
use crate::target;

/// Time between two requested changes.
const INTERVAL: Duration = Duration::from_millis(400);
/// Maximum number of requests in progress. While there are this many, further changes are skipped.
const REQUESTS_MAX: usize = 32;

/// Sends requests until the end of the load test run. Returns how many requests succeeded, and how
/// many were planned (one per `INTERVAL`, including the skipped requests).
pub async fn ask_all(executor: &Executor, begun: Instant, seconds: u64) -> (u64, u64) {
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
            let rooms = members::spoken(&executor.rooms);
            let room = rooms[nth as usize % rooms.len()];
            let port =
                executor.cluster.gateways[nth as usize % executor.cluster.gateways.len()].port();
            asking.spawn(async move {
                ask(port, room, nth)
                    .await
                    .is_some_and(|answer| answer.is_success())
            });
        }
        nth += 1;
    }
    done += asking
        .join_all()
        .await
        .into_iter()
        .filter(|done| *done)
        .count() as u64;
    (done, u64::from(nth))
}

async fn ask(port: u16, room: Room, nth: u32) -> Option<Answer> {
    let round = nth / 7;
    let (user, method, path, body) = match nth % 7 {
        0 => (
            room.agent,
            "PATCH",
            "",
            format!(
                r#"{{"priority":"{}"}}"#,
                ["low", "high", "urgent", "medium"][round as usize % 4]
            ),
        ),
        1 => (
            room.agent,
            "PATCH",
            "",
            r#"{"assigned_to":"me"}"#.to_owned(),
        ),
        2 => (
            room.agent,
            "PATCH",
            "",
            r#"{"status":"waiting_on_customer"}"#.to_owned(),
        ),
        3 => (
            room.agent,
            "PATCH",
            "",
            r#"{"assigned_to":"nobody"}"#.to_owned(),
        ),
        4 => (
            room.agent,
            "PATCH",
            "",
            r#"{"status":"resolved"}"#.to_owned(),
        ),
        5 => (
            room.customer,
            "PUT",
            "/rating",
            format!(r#"{{"satisfaction_rating":{}}}"#, round % 5 + 1),
        ),
        _ => (
            room.agent,
            "PATCH",
            "",
            r#"{"status":"escalated"}"#.to_owned(),
        ),
    };
    let token = people::token(target::RIG_SECRET, user, "Agent Load");
    let path = format!("/v1/tickets/{}{path}", room.ticket);
    http::ask(
        port,
        Request {
            method,
            path: &path,
            token: &token,
            body,
        },
    )
    .await
}
