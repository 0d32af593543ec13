//! Measures what a real user notices during an attack, and how much memory the attack costs the
//! server.

use std::time::{Duration, Instant};

use helpline_core::ids::TicketId;

use crate::client::Client;
use crate::raw;
use crate::test_server::{Person, TestServer, eventually};

/// A well-behaved client that sends messages and waits for each ack.
pub struct RealUser {
    client: Client,
    ticket: TicketId,
    sent: u32,
}

impl RealUser {
    pub async fn of(server: &TestServer) -> Self {
        let person = server.customer("Rosa Real");
        Self::on(server, &person, server.ticket(&person).await).await
    }

    pub async fn on(server: &TestServer, person: &Person, ticket: TicketId) -> Self {
        Self {
            client: server.client(0, person).await,
            ticket,
            sent: 0,
        }
    }

    /// The median time from send to ack over this many sends.
    pub async fn latency(&mut self, sends: usize) -> Duration {
        let mut times = Vec::with_capacity(sends);
        for _ in 0..sends {
            self.sent += 1;
            let started = Instant::now();
            let answer = self
                .client
                .send(
                    self.ticket,
                    &format!("real{}", self.sent),
                    "a real question",
                )
                .await;
            assert_eq!(answer["type"], "ack", "{answer}");
            times.push(started.elapsed());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        times.sort();
        times[times.len() / 2]
    }

    /// Fails if the user is now served much more slowly than before the attack. The allowed factor
    /// is large, because other processes share the machine.
    pub async fn is_served_as_before(&mut self, before: Duration, what: &str) {
        let now = self.latency(15).await;
        let bound = before * 8 + Duration::from_millis(250);
        assert!(
            now < bound,
            "{what}: send to ack took {now:?}, {before:?} before"
        );
    }
}

/// The memory that a process has written and does not share with other processes, in KiB. Pages of
/// the binary do not count: the kernel calls them private as soon as the other gateways that map the
/// same binary have ended.
pub fn private_kib(pid: u32) -> u64 {
    let rollup = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap();
    let of = |name: &str| {
        let line = rollup.lines().find(|line| line.starts_with(name)).unwrap();
        line.split_whitespace()
            .nth(1)
            .unwrap()
            .parse::<u64>()
            .unwrap()
    };
    of("Private_Dirty:")
}

/// The value of a metric in `/metrics`, summed over its labels; 0 if the metric is absent.
pub async fn figure(port: u16, name: &str) -> f64 {
    let page = raw::request(port, "GET", "/metrics", &[], None).await.body;
    let lines = page.lines().filter(|line| {
        line.strip_prefix(name)
            .is_some_and(|rest| rest.starts_with([' ', '{']))
    });
    lines
        .filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok())
        .sum()
}

/// Waits until a metric has this value.
pub async fn figure_becomes(port: u16, name: &str, value: f64, within: Duration) {
    eventually(&format!("{name} = {value}"), within, async || {
        ((figure(port, name).await - value).abs() < 0.5).then_some(())
    })
    .await;
}
