//! The baseline for writing: runs the gateway's SQL statement without a gateway. It uses the
//! gateway's number of lanes (parallel writers) and its batch size.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use helpline_core::limits::WRITER_LANES;
use serde_json::Value;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use super::{TEXT, Written, used, written};
use crate::bench::peer::Helpline;
use crate::error::LoadError;
use crate::people::Room;

const APPEND: &str = include_str!("../../../sql/bench_batch.sql");
const WARM_UP: Duration = Duration::from_secs(1);

/// Measures writing by direct SQL once, with batches of `batch` messages.
pub(super) async fn run(
    helpline: &Helpline,
    batch: usize,
    seconds: u64,
) -> Result<Written, LoadError> {
    let (stored, over) = (
        Arc::new(AtomicU64::new(0)),
        Arc::new(AtomicBool::new(false)),
    );
    let mut lanes = JoinSet::new();
    for lane in 0..WRITER_LANES {
        let admin = helpline.target.admin().await?;
        let rooms: Vec<Room> = helpline
            .rooms
            .iter()
            .skip(lane)
            .step_by(WRITER_LANES)
            .copied()
            .collect();
        let (stored, over) = (Arc::clone(&stored), Arc::clone(&over));
        lanes.spawn(async move {
            let statement = admin.prepare(APPEND).await?;
            while !over.load(Ordering::Relaxed) {
                let of = |n: usize| &rooms[n % rooms.len()];
                let column =
                    |value: &dyn Fn(usize) -> Uuid| (0..batch).map(value).collect::<Vec<_>>();
                let (ids, tickets) = (
                    column(&|_| Uuid::now_v7()),
                    column(&|n| of(n).ticket.uuid()),
                );
                let (senders, keys) = (
                    column(&|n| of(n).customer.uuid()),
                    ids.iter().map(Uuid::to_string).collect::<Vec<_>>(),
                );
                let (bodies, internals, attachments) = (
                    vec![TEXT; batch],
                    vec![false; batch],
                    vec![Value::Array(Vec::new()); batch],
                );
                let (based_ons, addresses) = (
                    vec![None::<i64>; batch],
                    vec![None::<std::net::IpAddr>; batch],
                );
                let user_agents = vec![None::<&str>; batch];
                admin
                    .query(
                        &statement,
                        &[
                            &false,
                            &ids,
                            &tickets,
                            &senders,
                            &keys,
                            &bodies,
                            &internals,
                            &attachments,
                            &based_ons,
                            &addresses,
                            &user_agents,
                        ],
                    )
                    .await?;
                stored.fetch_add(batch as u64, Ordering::Relaxed);
            }
            Ok::<_, tokio_postgres::Error>(())
        });
    }
    sleep(WARM_UP).await;
    let (before, from, begun) = (
        used(helpline),
        stored.load(Ordering::Relaxed),
        Instant::now(),
    );
    sleep(Duration::from_secs(seconds)).await;
    let count = (stored.load(Ordering::Relaxed) - from) as f64;
    let mut result = written(before, used(helpline), count, begun.elapsed().as_secs_f64());
    result.gateway_cpu = 0.0;
    over.store(true, Ordering::Relaxed);
    while let Some(ended) = lanes.join_next().await {
        ended
            .expect("a lane does not panic")
            .map_err(LoadError::postgres("appending without a gateway"))?;
    }
    Ok(result)
}
