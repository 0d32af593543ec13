//! A benchmark, not a test: how many messages per second can be appended. Run it manually, on a quiet
//! machine: `cargo test --release -p helpline-persistence -- --ignored --nocapture appends_per_second`.

use std::time::{Duration, Instant};

use helpline_persistence::messages::append;

use crate::test_db::{TestDb, message};

/// Number of lanes (tasks that append batches concurrently). This is the gateway's maximum.
const LANES: usize = 4;
/// Number of tickets per lane.
const TICKETS: usize = 200;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement, run by hand"]
async fn appends_per_second() {
    for batch_size in [1usize, 16, 64, 256] {
        let db = TestDb::open().await;
        let mut lanes = Vec::new();
        for _ in 0..LANES {
            let mut tickets = Vec::new();
            for _ in 0..TICKETS {
                tickets.push(db.ticket().await);
            }
            lanes.push(tickets);
        }
        db.sql("checkpoint").await;
        let end = Instant::now() + Duration::from_secs(5);
        let mut tasks = tokio::task::JoinSet::new();
        for tickets in lanes {
            let (store, sender) = (db.store.clone(), db.customer);
            tasks.spawn(async move {
                let (mut sent, mut batches, mut longest) = (0, 0u32, Duration::ZERO);
                while Instant::now() < end {
                    let batch: Vec<_> = (0..batch_size)
                        .map(|n| {
                            message(
                                tickets[(sent + n * 7) % tickets.len()],
                                sender,
                                "The quick brown fox jumps over the lazy dog, again and again and again.",
                            )
                        })
                        .collect();
                    let begun = Instant::now();
                    append(&store, &batch).await.unwrap();
                    longest = longest.max(begun.elapsed());
                    sent += batch_size;
                    batches += 1;
                }
                (sent, batches, longest)
            });
        }
        let (mut sent, mut batches, mut longest) = (0, 0, Duration::ZERO);
        for (s, b, l) in tasks.join_all().await {
            sent += s;
            batches += b;
            longest = longest.max(l);
        }
        println!(
            "batch {batch_size}: {} messages/s, {} batches/s, longest {longest:?}",
            sent / 5,
            batches / 5
        );
    }
}
