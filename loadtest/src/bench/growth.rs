//! `growth`: runs the same reads with ten thousand, a hundred thousand and a million tickets of ten
//! messages each. Plain SQL creates the data with triggers disabled, so that ten million messages
//! take only minutes.

use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

use super::Effort;
use super::connection::{Connection, Opening, Step};
use super::peer::{Helpline, Means, Setup, Talk};
use super::results::{self, Curve, Results};
use super::traffic::{Quantiles, Times};
use crate::error::LoadError;
use crate::people;
use crate::target::Relay;

const SIZES: [u64; 3] = [10_000, 100_000, 1_000_000];
const QUICK_SIZES: [u64; 2] = [1_000, 5_000];
/// Number of tickets that one statement creates. It is limited, so that progress is visible.
const STEP: u64 = 50_000;
const REPEATS: usize = 200;
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);

/// The name and URL path of each measured read.
const READS: &[(&str, &str)] = &[
    ("first page", "/v1/tickets?scope=all"),
    ("by status", "/v1/tickets?scope=all&status=escalated"),
    (
        "by category",
        "/v1/tickets?scope=all&category=security&tab=active",
    ),
    (
        "by priority",
        "/v1/tickets?scope=all&priority=urgent&tab=active",
    ),
    ("mine", "/v1/tickets?scope=all&assigned_to=me&tab=active"),
    ("closed", "/v1/tickets?scope=all&tab=closed"),
    ("by creation", "/v1/tickets?scope=all&sort=created"),
    (
        "search a number",
        "/v1/tickets?scope=all&search=TKT-1000777",
    ),
    ("search a rare word", "/v1/tickets?scope=all&search=obelisk"),
    (
        "search a common word",
        "/v1/tickets?scope=all&search=something",
    ),
    (
        "search an address",
        "/v1/tickets?scope=all&search=customer77@grown",
    ),
    ("history page", "/v1/tickets/$LONG/activity?before=1500"),
    ("ticket", "/v1/tickets/$LONG"),
    ("statistics", "/v1/stats"),
];

/// Runs the scenario `growth` and records its results.
///
/// # Errors
/// If Helpline does not run, or a read fails.
pub async fn run(results: &mut Results, effort: &Effort, means: &Means) -> Result<(), LoadError> {
    let sizes = if effort.quick {
        &QUICK_SIZES[..]
    } else {
        &SIZES[..]
    };
    results.scenario(
        "growth",
        format!("An agent's reads at {sizes:?} tickets with ten messages each; p99 of {REPEATS} over REST, resuming over the socket; without waiting for the disk."),
    );
    let setup = Setup {
        instances: 1,
        rooms: 1,
        relay: Relay::InProcess,
    };
    let helpline = Helpline::start(setup, means, Talk::Messages).await?;
    // The gateway commits an audit row before it answers a read request. Turn off waiting for the
    // disk, because the scenario measures the reads.
    for sql in [
        "alter system set synchronous_commit = off",
        "select pg_reload_conf()",
    ] {
        helpline
            .admin
            .batch_execute(sql)
            .await
            .map_err(LoadError::postgres("preparing the database"))?;
    }
    let long = helpline.rooms[0];
    execute(
        &helpline,
        include_str!("../../sql/grow_long.sql"),
        &[&long.ticket.uuid(), &long.customer.uuid()],
    )
    .await?;
    let mut made = 0;
    let mut times: Vec<(&str, Vec<(f64, f64)>)> = Vec::new();
    for size in sizes {
        let begun = Instant::now();
        grow(&helpline, made, *size).await?;
        made = *size;
        eprintln!(
            "  growth: {size} tickets after {:.0} s",
            begun.elapsed().as_secs_f64()
        );
        for (name, quantiles) in read_all(&helpline, effort).await? {
            let at = times
                .iter()
                .position(|(known, _)| *known == name)
                .unwrap_or_else(|| {
                    times.push((name, Vec::new()));
                    times.len() - 1
                });
            times[at].1.push((*size as f64, quantiles.p99));
            let subject = format!("{name}, {size}");
            results.record("growth", &subject, results::P50, quantiles.p50);
            results.record("growth", &subject, results::P99, quantiles.p99);
        }
    }
    judge(results, &times);
    for (name, points) in times {
        results.curves.push(Curve {
            plot: "growth: p99 ms by tickets",
            name: name.to_owned(),
            points,
        });
    }
    Ok(())
}

/// Records two results: the latency of the slowest read at the largest size, and the largest growth
/// of one read's latency from the smallest to the largest size.
fn judge(results: &mut Results, times: &[(&str, Vec<(f64, f64)>)]) {
    let ends = times
        .iter()
        .filter_map(|(name, points)| Some((*name, points.first()?.1, points.last()?.1)));
    let (mut slowest, mut grown) = (0.0_f64, 0.0_f64);
    for (name, small, large) in ends {
        eprintln!(
            "  growth: {name}: p99 {small:.1} ms → {large:.1} ms ({:.1} times)",
            large / small
        );
        slowest = slowest.max(large);
        grown = grown.max(large / small);
    }
    results.record("growth", "slowest at the largest", results::P99, slowest);
    results.record("growth", "the one that grew most", results::GROWTH, grown);
}

async fn execute(
    helpline: &Helpline,
    sql: &str,
    params: &[&(dyn tokio_postgres::types::ToSql + Sync)],
) -> Result<(), LoadError> {
    helpline
        .admin
        .execute(sql, params)
        .await
        .map(drop)
        .map_err(LoadError::postgres("making tickets"))
}

/// Inserts tickets so that the database has `to` tickets. It already has `from` tickets.
async fn grow(helpline: &Helpline, from: u64, to: u64) -> Result<(), LoadError> {
    let batch = |sql| async move {
        helpline
            .admin
            .batch_execute(sql)
            .await
            .map_err(LoadError::postgres("making tickets"))
    };
    batch("set session_replication_role = replica; set synchronous_commit = off; set statement_timeout = 0").await?;
    let agent = helpline.rooms[0].agent.uuid();
    let mut at = from;
    while at < to {
        let next = (at + STEP).min(to);
        let (first, last) = (at as i64, next as i64);
        execute(
            helpline,
            include_str!("../../sql/grow_people.sql"),
            &[&first, &last],
        )
        .await?;
        execute(
            helpline,
            include_str!("../../sql/grow_tickets.sql"),
            &[&first, &last, &agent],
        )
        .await?;
        execute(
            helpline,
            include_str!("../../sql/grow_heads.sql"),
            &[&first, &last],
        )
        .await?;
        execute(
            helpline,
            include_str!("../../sql/grow_messages.sql"),
            &[&first, &last],
        )
        .await?;
        execute(
            helpline,
            include_str!("../../sql/grow_history.sql"),
            &[&first, &last],
        )
        .await?;
        execute(
            helpline,
            include_str!("../../sql/grow_tallies.sql"),
            &[&first, &last],
        )
        .await?;
        at = next;
    }
    batch("set session_replication_role = origin").await?;
    batch("vacuum analyze").await?;
    batch("checkpoint").await
}

async fn read_all(
    helpline: &Helpline,
    effort: &Effort,
) -> Result<Vec<(&'static str, Quantiles)>, LoadError> {
    let room = helpline.rooms[0];
    let token = people::token(crate::target::RIG_SECRET, room.agent, "Agent Load");
    let port = helpline
        .target
        .gateways
        .first()
        .map(helpline_rig::Gateway::port);
    let mut http = Http::open(
        port.ok_or(LoadError::Usage("growth needs its own rig"))?,
        token.clone(),
    )
    .await?;
    let repeats = effort.pick(REPEATS, 20);
    let mut answers = Vec::new();
    for (name, path) in READS {
        let path = path.replace("$LONG", &room.ticket.to_string());
        let times = Times::default();
        for n in 0..repeats + 3 {
            let begun = Instant::now();
            http.get(&path).await?;
            // Skip the first requests, which plan their queries and fill caches.
            if n >= 3 {
                times.record(begun.elapsed());
            }
        }
        answers.push((*name, times.quantiles()));
    }
    answers.push(("resume", resume(helpline, &token, repeats).await?));
    Ok(answers)
}

/// Measures resuming over the WebSocket: repeatedly requests the last hundred events of a ticket
/// with a long history.
async fn resume(helpline: &Helpline, token: &str, repeats: usize) -> Result<Quantiles, LoadError> {
    let ticket = helpline.rooms[0].ticket;
    let Opening {
        url,
        subprotocol,
        mut steps,
    } = helpline.signed_in(0, token);
    steps.push(Step::Send(
        format!(r#"{{"type":"unsubscribe","id":1,"ticket":"{ticket}"}}"#).into(),
    ));
    let mut connection = Connection::open(&Opening {
        url,
        subprotocol,
        steps,
    })
    .await?;
    let times = Times::default();
    for _ in 0..repeats {
        let begun = Instant::now();
        connection
            .send(
                format!(r#"{{"type":"subscribe","id":2,"ticket":"{ticket}","after":1900}}"#).into(),
            )
            .await?;
        loop {
            let text = connection.receive().await?;
            if text.starts_with("{\"type\":\"subscribed\"") && text.contains("\"more\":false") {
                break;
            }
        }
        times.record(begun.elapsed());
        connection
            .send(format!(r#"{{"type":"unsubscribe","id":3,"ticket":"{ticket}"}}"#).into())
            .await?;
    }
    Ok(times.quantiles())
}

/// An HTTP connection that sends one request at a time, as a staff console does.
struct Http {
    stream: BufReader<TcpStream>,
    token: String,
}

impl Http {
    async fn open(port: u16, token: String) -> Result<Self, LoadError> {
        let stream = TcpStream::connect(("127.0.0.1", port))
            .await
            .map_err(|error| broken(error.to_string()))?;
        stream
            .set_nodelay(true)
            .map_err(|error| broken(error.to_string()))?;
        Ok(Self {
            stream: BufReader::new(stream),
            token,
        })
    }

    async fn get(&mut self, path: &str) -> Result<(), LoadError> {
        timeout(ANSWER_TIMEOUT, self.exchange(path))
            .await
            .map_err(|_| broken(format!("{path} took too long")))?
    }

    async fn exchange(&mut self, path: &str) -> Result<(), LoadError> {
        let failed = |error: std::io::Error| broken(error.to_string());
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {}\r\n\r\n",
            self.token
        );
        self.stream
            .write_all(request.as_bytes())
            .await
            .map_err(failed)?;
        let (mut status, mut length) = (String::new(), 0);
        self.stream.read_line(&mut status).await.map_err(failed)?;
        loop {
            let mut header = String::new();
            self.stream.read_line(&mut header).await.map_err(failed)?;
            if let Some(value) = header.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap_or(0);
            }
            if header.trim().is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).await.map_err(failed)?;
        if status.contains(" 200 ") {
            return Ok(());
        }
        Err(broken(format!(
            "{path}: {} {}",
            status.trim(),
            String::from_utf8_lossy(&body)
        )))
    }
}

fn broken(why: String) -> LoadError {
    LoadError::Program {
        program: "a read",
        why,
    }
}
