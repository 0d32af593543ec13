//! Runs the same conversation twice, with internal notes only the second time. The customer must
//! receive the same bytes in each run, except for times and ids.

use std::collections::HashMap;
use std::time::Duration;

use helpline_core::ids::{Key, Seq};
use helpline_core::protocol::ClientFrame;
use tokio::time::timeout;

use super::test_cluster::TestCluster;
use crate::checker::Violation;
use crate::people::{self, Room};
use crate::target;
use crate::wire::{Link, LinkError};

/// Number of messages in one conversation. The customer disconnects and resumes in the middle.
const MESSAGES: u64 = 8;
/// Time limit of one conversation. It takes a second or two if no fault is active.
const CONVERSATION_TIMEOUT: Duration = Duration::from_secs(30);

/// Runs the conversation with and without internal notes, and compares the frames that the customer
/// receives.
///
/// # Errors
/// If a connection fails: no injected fault can be the cause, because all faults end before this
/// check. [`LinkError::Silent`] if answers do not arrive in time.
pub async fn check(
    cluster: &TestCluster,
    plain: Room,
    noted: Room,
    canary: &str,
) -> Result<Vec<Violation>, LinkError> {
    let within = async |room, note| {
        timeout(CONVERSATION_TIMEOUT, converse(cluster, room, note))
            .await
            .map_err(|_| LinkError::Silent)?
    };
    let without = within(plain, None).await?;
    let with = within(noted, Some(canary)).await?;
    let mut found = Vec::new();
    if let Some(leak) = with.iter().find(|frame| frame.contains(canary)) {
        found.push(Violation::Leaked(format!(
            "a note came to a customer: {leak}"
        )));
    }
    for (n, (plain, noted)) in without.iter().zip(&with).enumerate() {
        if plain != noted {
            found.push(Violation::Leaked(format!(
                "a note changed the customer's frame {n}: {noted} instead of {plain}"
            )));
        }
    }
    if without.len() != with.len() {
        found.push(Violation::Leaked(format!(
            "a customer got {} frames without notes and {} with them",
            without.len(),
            with.len()
        )));
    }
    Ok(found)
}

async fn converse(
    cluster: &TestCluster,
    room: Room,
    note: Option<&str>,
) -> Result<Vec<String>, LinkError> {
    let url = |n: usize| cluster.gateways[n % cluster.gateways.len()].ws_url();
    let customer_token = people::token(target::RIG_SECRET, room.customer, "Customer Pair");
    let mut agent = Link::open(
        &url(1),
        &people::token(target::RIG_SECRET, room.agent, "Agent Pair"),
    )
    .await?;
    let mut customer = Link::open(&url(0), &customer_token).await?;
    let mut heard = Vec::new();
    customer
        .send(&ClientFrame::Subscribe {
            id: 1,
            ticket: room.ticket,
            after: None,
            epoch: None,
        })
        .await?;
    let mut position = receive(&mut customer, &mut heard, "subscribed", 0).await?;
    for n in 0..MESSAGES {
        if let Some(canary) = note {
            send(
                &mut agent,
                room,
                n * 2 + 100,
                format!("{canary} {n}"),
                Some(true),
            )
            .await?;
        }
        send(&mut agent, room, n * 2 + 101, format!("Answer {n}"), None).await?;
        position = receive(&mut customer, &mut heard, "event", position).await?;
        if n == MESSAGES / 2 {
            drop(customer);
            if let Some(canary) = note {
                send(
                    &mut agent,
                    room,
                    50,
                    format!("{canary} while away"),
                    Some(true),
                )
                .await?;
            }
            send(&mut agent, room, 51, "While you were away".into(), None).await?;
            customer = Link::open(&url(1), &customer_token).await?;
            let after = Some(Seq::new(position));
            customer
                .send(&ClientFrame::Subscribe {
                    id: 2,
                    ticket: room.ticket,
                    after,
                    epoch: None,
                })
                .await?;
            position = receive(&mut customer, &mut heard, "subscribed", position).await?;
        }
    }
    Ok(normalised(&heard))
}

async fn send(
    agent: &mut Link,
    room: Room,
    id: u64,
    body: String,
    internal: Option<bool>,
) -> Result<(), LinkError> {
    let key = Key::parse(format!("pair-{id}")).expect("short and visible ASCII");
    agent
        .send(&ClientFrame::Send {
            id,
            ticket: room.ticket,
            key,
            body,
            internal,
            attachments: None,
            based_on: None,
        })
        .await?;
    loop {
        let text = agent.next().await?;
        let frame: serde_json::Value =
            serde_json::from_str(&text).map_err(|error| LinkError::Protocol(error.to_string()))?;
        match (frame["type"].as_str(), frame["id"].as_u64()) {
            (Some("ack"), Some(acked)) if acked == id => return Ok(()),
            (Some("error"), Some(_)) => {
                return Err(LinkError::Protocol(format!("a send was refused: {text}")));
            }
            (Some("ping"), _) => agent.send(&ClientFrame::Pong).await?,
            _ => {}
        }
    }
}

/// Collects received frames until a frame of type `word` has an event number above `position`.
/// Answers pings without collecting them, because their timing differs between runs.
async fn receive(
    customer: &mut Link,
    heard: &mut Vec<String>,
    word: &str,
    position: u64,
) -> Result<u64, LinkError> {
    loop {
        let text = customer.next().await?;
        let frame: serde_json::Value =
            serde_json::from_str(&text).map_err(|error| LinkError::Protocol(error.to_string()))?;
        let kind = frame["type"].as_str().unwrap_or("");
        if kind == "ping" {
            customer.send(&ClientFrame::Pong).await?;
            continue;
        }
        let message = frame["kind"] == "message_added" || kind == "subscribed";
        heard.push(text.to_string());
        let seq = frame["seq"]
            .as_u64()
            .or_else(|| frame["head"].as_u64())
            .unwrap_or(position);
        if kind == word && message {
            return Ok(seq.max(position));
        }
    }
}

/// Makes the frames of two runs comparable: replaces each id by the number of its first appearance,
/// and each time by a constant.
fn normalised(frames: &[String]) -> Vec<String> {
    let mut ids: HashMap<String, usize> = HashMap::new();
    frames
        .iter()
        .map(|frame| normal_frame(frame, &mut ids))
        .collect()
}

fn normal_frame(frame: &str, ids: &mut HashMap<String, usize>) -> String {
    let pieces = frame.split('"').map(|piece| {
        if uuid::Uuid::try_parse(piece).is_ok() {
            let next = ids.len();
            format!("id{}", ids.entry(piece.to_owned()).or_insert(next))
        } else if is_time(piece) {
            "time".to_owned()
        } else {
            piece.to_owned()
        }
    });
    pieces.collect::<Vec<_>>().join("\"")
}

/// Whether a text is a time such as `2026-01-02T03:04:05…Z`.
fn is_time(text: &str) -> bool {
    text.len() >= 20
        && text.ends_with('Z')
        && text.as_bytes()[4] == b'-'
        && text.as_bytes()[10] == b'T'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_ids_do_not_count_and_all_else_does() {
        let frame = |id: &str, at: &str, seq: u64| {
            format!(r#"{{"ticket":"{id}","at":"{at}","seq":{seq}}}"#)
        };
        let one = frame(
            "018f3c1e-0000-7000-8000-000000000001",
            "2026-01-02T03:04:05.123456Z",
            3,
        );
        let other = frame(
            "018f3c1e-0000-7000-8000-00000000000f",
            "2027-01-02T03:04:05Z",
            3,
        );
        let hole = frame(
            "018f3c1e-0000-7000-8000-00000000000f",
            "2027-01-02T03:04:05Z",
            4,
        );
        assert_eq!(normalised(std::slice::from_ref(&one)), normalised(&[other]));
        assert_ne!(normalised(&[one]), normalised(&[hole]));
    }
}
