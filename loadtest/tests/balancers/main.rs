//! A rolling restart with one SIGKILL, with active clients, behind each proxy for which
//! `deploy/` has a file. No acked message may be lost or duplicated. No ack may take much
//! longer than the time for which its client was told to stay away. Only the requests that
//! the SIGKILL cuts off may fail.
//!
//! `.ci/test-world balancers` installs the proxies and runs this test.

mod fleet;
mod load;
mod proxy;
mod requests;

use std::time::{Duration, Instant};

use helpline_rig::testing;
use tokio::sync::oneshot;

use fleet::Fleet;
use load::Load;
use proxy::Kind;

/// The longest time for which a client is told to stay away.
const TOLD_MAX: Duration = Duration::from_millis(helpline_core::limits::BYE_SPREAD_MS);
/// Additional time that an ack may take.
const MARGIN: Duration = Duration::from_secs(3);
/// Duration of the traffic, which must outlast the restarts.
const TRAFFIC_S: u64 = 80;
/// Maximum number of failed requests: those in progress in the instance that is killed. A proxy
/// cannot retry a request once its answer has begun.
const CUT_OFF_MAX: usize = 2;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs nginx: .ci/test-world balancers"]
async fn behind_nginx() {
    rolls_behind(Kind::Nginx).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs HAProxy: .ci/test-world balancers"]
async fn behind_haproxy() {
    rolls_behind(Kind::HaProxy).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs Caddy: .ci/test-world balancers"]
async fn behind_caddy() {
    rolls_behind(Kind::Caddy).await;
}

/// The time limits are absolute and other processes may keep both cores busy, so one of this many
/// runs must stay within them. With a wrong proxy file every run fails.
const RUNS_MAX: usize = 3;

async fn rolls_behind(kind: Kind) {
    for run in 1..=RUNS_MAX {
        let late = rolled_behind(kind).await;
        if late.is_empty() {
            return;
        }
        println!("{}, run {run} of {RUNS_MAX}: {late}", kind.name());
    }
    panic!("{}: every run exceeded the time limit", kind.name());
}

/// Makes one run. Asserts that no acked message is lost or duplicated. Returns what took too long
/// or failed.
async fn rolled_behind(kind: Kind) -> String {
    let fleet = Fleet::start().await;
    let proxy = kind.start(fleet.ports()).await;
    let sql = testing::connect(&fleet.admin_url())
        .await
        .expect("SQL connects");
    requests::come_from_their_client(&sql, &proxy).await;
    requests::are_answered_over_tls(&proxy).await;
    let load = Load::start(kind, &fleet, &proxy).await;
    let begun = Instant::now();
    let (stop, stopped) = oneshot::channel();
    let (asked, ()) = tokio::join!(requests::ask_until(stopped, &proxy), async {
        fleet.roll().await;
        stop.send(()).expect("requests go on");
    });
    let rolled = begun.elapsed();
    let told = load.ends().await;

    let [sent, acked] = ["sends ", "to ack "].map(|word| number_after(&told, word) as i64);
    let longest = Duration::from_secs_f64(number_after(&told, "max ") / 1000.0);
    let [stored, distinct] = messages(&sql).await;
    println!(
        "{}: longest ack {longest:.2?} of {:?} at most; of {acked} acked messages {} lost, {} doubled; {} of {} requests failed, longest {:.2?}",
        kind.name(),
        TOLD_MAX + MARGIN,
        acked - distinct.min(acked),
        stored - distinct,
        asked.failed.len(),
        asked.count,
        asked.longest,
    );
    assert_eq!(
        [acked, stored, distinct],
        [sent; 3],
        "acked, stored and distinct messages\n{told}"
    );
    let mut late = String::new();
    if rolled >= Duration::from_secs(TRAFFIC_S) {
        late += &format!("the traffic ended before the restarts, which took {rolled:?}\n");
    }
    if asked.failed.len() > CUT_OFF_MAX {
        late += &format!("failed: {:#?}\n", asked.failed);
    }
    if longest > TOLD_MAX + MARGIN {
        late += &told;
    }
    late
}

/// The number of stored messages, and of distinct ones. Every body contains its key.
async fn messages(sql: &tokio_postgres::Client) -> [i64; 2] {
    let counts = "select count(*), count(distinct body) from helpline.support_messages";
    let row = sql.query_one(counts, &[]).await.expect("counts");
    [row.get(0), row.get(1)]
}

/// The first number after this word in the load generator's output.
fn number_after(told: &str, word: &str) -> f64 {
    let rest = told.split_once(word).map(|(_, rest)| rest.trim_start());
    let number = rest.and_then(|rest| rest.split_whitespace().next()?.parse().ok());
    number.unwrap_or_else(|| panic!("no number after {word:?} in\n{told}"))
}
