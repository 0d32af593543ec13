//! A connection storm: many clients connect at once, as after an outage. Each client retries with
//! random exponential backoff, as the protocol requires.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use helpline_core::protocol::ClientFrame;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use super::test_cluster::TestCluster;
use crate::error::LoadError;
use crate::people::{self, Room};
use crate::target;
use crate::wire::{Link, LinkError};

/// Time limit from the first attempt until the last client is connected.
const STORM_TIMEOUT: Duration = Duration::from_secs(90);
/// Maximum delay between two connection attempts of one client.
const BACKOFF_MAX: Duration = Duration::from_secs(4);

/// Connects all clients, disconnects them, and returns how long connecting took.
///
/// # Errors
/// [`LoadError::Stalled`] if some clients were not connected in time.
pub async fn run(
    cluster: &TestCluster,
    rooms: &[Room],
    clients: usize,
) -> Result<String, LoadError> {
    let begun = Instant::now();
    let knocks = Arc::new(AtomicU64::new(0));
    let tokens: Vec<String> = rooms
        .iter()
        .map(|room| people::token(target::RIG_SECRET, room.customer, "Customer Storm"))
        .collect();
    let mut tasks = JoinSet::new();
    for n in 0..clients {
        let room = rooms[n % rooms.len()];
        let token = tokens[n % rooms.len()].clone();
        let urls: Vec<String> = cluster
            .gateways
            .iter()
            .map(helpline_rig::Gateway::ws_url)
            .collect();
        let knocks = Arc::clone(&knocks);
        tasks.spawn(async move {
            let mut backoff = Duration::from_millis(250);
            let mut nth = n;
            loop {
                knocks.fetch_add(1, Ordering::Relaxed);
                if let Ok(link) = enter(&urls[nth % urls.len()], &token, room).await {
                    return (begun.elapsed(), link);
                }
                sleep(backoff.mul_f64(0.5 + rand::random::<f64>())).await;
                backoff = (backoff * 2).min(BACKOFF_MAX);
                nth += 1;
            }
        });
    }
    let mut served = Vec::new();
    let all = async {
        while let Some(Ok((after, link))) = tasks.join_next().await {
            served.push((after, link));
        }
    };
    let in_time = timeout(STORM_TIMEOUT, all).await.is_ok();
    if !in_time {
        return Err(LoadError::Stalled(format!(
            "{} of {clients} clients were not served within {STORM_TIMEOUT:?}",
            clients - served.len()
        )));
    }
    let mut times: Vec<f64> = served
        .iter()
        .map(|(after, _)| after.as_secs_f64())
        .collect();
    times.sort_by(f64::total_cmp);
    let at = |share: f64| {
        times
            .get(((times.len() as f64 * share) as usize).min(times.len().saturating_sub(1)))
            .copied()
            .unwrap_or(0.0)
    };
    let knocks = knocks.load(Ordering::Relaxed);
    Ok(format!(
        "{clients} served in {:.1} s, half of them in {:.1} s, {knocks} knocks",
        at(1.0),
        at(0.5)
    ))
}

async fn enter(url: &str, token: &str, room: Room) -> Result<Link, LinkError> {
    let mut link = Link::open(url, token).await?;
    link.send(&ClientFrame::Subscribe {
        id: 1,
        ticket: room.ticket,
        after: None,
        epoch: None,
    })
    .await?;
    loop {
        let text = link.next().await?;
        if text.starts_with("{\"type\":\"subscribed\"") {
            return Ok(link);
        }
        if text.starts_with("{\"type\":\"error\"") {
            return Err(LinkError::Ended);
        }
    }
}
