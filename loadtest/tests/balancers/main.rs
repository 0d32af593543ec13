//! Tests every proxy for which `deploy/` has a configuration file, with two events while clients
//! are active: a rolling restart with one SIGKILL, and a reload of the proxy.
//!
//! No acknowledged message may be lost or duplicated. No ack may take much longer than the delay
//! that the server asked its client to wait. Only requests that the SIGKILL interrupts may fail.
//! After a reload, the proxy closes every old socket within the time that its file states.
//!
//! `.ci/test-world balancers` installs the proxies and runs this test.

mod fleet;
mod load;
mod proxy;
mod requests;

use std::time::{Duration, Instant};

use helpline_rig::testing;
use tokio::sync::oneshot;
use tokio::time::sleep;

use fleet::Fleet;
use load::Load;
use proxy::{Kind, Proxy};

/// The longest delay before reconnecting that a server asks a client for.
const TOLD_MAX: Duration = Duration::from_millis(helpline_core::limits::BYE_SPREAD_MS);
/// How much longer than [`TOLD_MAX`] an ack may take.
const MARGIN: Duration = Duration::from_secs(3);
/// How long clients send messages in the rolling restart test. It is longer than the restart.
const ROLL_TRAFFIC: Duration = Duration::from_secs(80);
/// How long clients send messages after a reload, in addition to the time for which the proxy keeps
/// sockets from before the reload.
const RELOAD_TRAFFIC: Duration = Duration::from_secs(25);
/// After a reload, the proxy must close older sockets within the time that its configuration file
/// states. It may exceed this time by at most `LATE_MAX`.
const LATE_MAX: Duration = Duration::from_secs(10);
/// Minimum number of sockets before a reload. A smaller number means that the test cannot find the
/// proxy's sockets.
const SOCKETS_MIN: usize = 20;
const LOOK_INTERVAL: Duration = Duration::from_millis(100);
/// Maximum number of failed requests. Only requests that are in progress in the killed instance may
/// fail: a proxy cannot retry a request once its response has begun.
const CUT_OFF_MAX: usize = 2;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs nginx: .ci/test-world balancers"]
async fn behind_nginx() {
    holds_behind(Kind::Nginx, Event::Roll).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs HAProxy: .ci/test-world balancers"]
async fn behind_haproxy() {
    holds_behind(Kind::HaProxy, Event::Roll).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs Caddy: .ci/test-world balancers"]
async fn behind_caddy() {
    holds_behind(Kind::Caddy, Event::Roll).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs nginx: .ci/test-world balancers"]
async fn behind_nginx_that_is_reloaded() {
    holds_behind(Kind::Nginx, Event::Reload).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs HAProxy: .ci/test-world balancers"]
async fn behind_haproxy_that_is_reloaded() {
    holds_behind(Kind::HaProxy, Event::Reload).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs Caddy: .ci/test-world balancers"]
async fn behind_caddy_that_is_reloaded() {
    holds_behind(Kind::Caddy, Event::Reload).await;
}

/// What happens while clients send messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Event {
    /// Each of the two instances is restarted, then one is killed, and one is restarted again.
    Roll,
    /// The proxy reloads its configuration file.
    Reload,
}

/// Maximum number of runs, of which one must stay within the time limits. Other processes may slow
/// down a run, but with a wrong proxy file every run fails.
const RUNS_MAX: usize = 3;

async fn holds_behind(kind: Kind, event: Event) {
    for run in 1..=RUNS_MAX {
        let late = held_behind(kind, event).await;
        if late.is_empty() {
            return;
        }
        println!("{}, run {run} of {RUNS_MAX}: {late}", kind.name());
    }
    panic!("{}: every run exceeded the time limit", kind.name());
}

/// Runs the test once. Asserts that no acknowledged message is lost or duplicated. Returns a
/// description of what took too long or failed; empty if nothing did.
async fn held_behind(kind: Kind, event: Event) -> String {
    let fleet = Fleet::start().await;
    let proxy = kind.start(fleet.ports()).await;
    let sql = testing::connect(&fleet.admin_url())
        .await
        .expect("SQL connects");
    requests::come_from_their_client(&sql, &proxy).await;
    requests::are_answered_over_tls(&proxy).await;
    let traffic = match event {
        Event::Roll => ROLL_TRAFFIC,
        Event::Reload => kind.lets_go_after() + RELOAD_TRAFFIC,
    };
    let load = Load::start(kind, &fleet, &proxy, traffic).await;
    let begun = Instant::now();
    let (stop, stopped) = oneshot::channel();
    let (asked, ()) = tokio::join!(requests::ask_until(stopped, &proxy), async {
        match event {
            Event::Roll => fleet.roll().await,
            Event::Reload => is_reloaded(kind, &proxy).await,
        }
        stop.send(()).expect("requests go on");
    });
    let took = begun.elapsed();
    let told = load.ends().await;

    let [sent, acked] = ["sends ", "to ack "].map(|word| number_after(&told, word) as i64);
    let longest = Duration::from_secs_f64(number_after(&told, "max ") / 1000.0);
    let [stored, distinct] = messages(&sql).await;
    println!(
        "{}, {event:?}: longest ack {longest:.2?} of {:?} at most; of {acked} acked messages {} lost, {} doubled; {} of {} requests failed, longest {:.2?}",
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
    if took >= traffic {
        late += &format!("the traffic ended before the {event:?}, which took {took:?}\n");
    }
    let cut_off = if event == Event::Roll { CUT_OFF_MAX } else { 0 };
    if asked.failed.len() > cut_off {
        late += &format!("failed: {:#?}\n", asked.failed);
    }
    if longest > TOLD_MAX + MARGIN {
        late += &told;
    }
    late
}

/// Reloads the proxy. Returns once the proxy has closed all sockets from before the reload.
async fn is_reloaded(kind: Kind, proxy: &Proxy) {
    let before = proxy.sockets();
    assert!(before.len() >= SOCKETS_MIN, "only {} sockets", before.len());
    let begun = Instant::now();
    proxy.reload().await;
    let mut first_gone = None;
    loop {
        let left = before.intersection(&proxy.sockets()).count();
        let elapsed = begun.elapsed();
        if left < before.len() {
            first_gone.get_or_insert(elapsed);
        }
        if left == 0 {
            break;
        }
        let limit = kind.lets_go_after() + LATE_MAX;
        assert!(elapsed < limit, "{left} sockets are there after {limit:?}");
        sleep(LOOK_INTERVAL).await;
    }
    println!(
        "{} is reloaded: {} sockets closed, the first after {:.1?}, the last after {:.1?}",
        kind.name(),
        before.len(),
        first_gone.unwrap_or_default(),
        begun.elapsed()
    );
}

/// Returns the number of stored messages, and the number of distinct messages. Every message text
/// is unique, because it contains the message's idempotency key.
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
