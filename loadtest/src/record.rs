//! `record`: messages committed per second through the gateway, beside the same rows written one transaction at a time by pgbench, on
//! the same Postgres in the same minutes, by turns.

use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use clap::{Args, ValueEnum};
use helpline_core::ids::{Seq, TicketId};
use helpline_core::protocol::ClientFrame;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};
use tokio_tungstenite::tungstenite::Utf8Bytes;

use crate::desk::{Admin, Desk, DeskArgs, Plan, Relay};
use crate::error::LoadError;
use crate::people::{self, Room};
use crate::report::{Verdict, median};
use crate::wire::{Link, LinkError};

/// Before counting: caches, plans and the allocator warm up.
const WARM_UP: Duration = Duration::from_secs(2);
/// A short run of each candidate, to choose pgbench's best.
const PROBE_SECONDS: u64 = 3;
/// Numbers of pgbench's clients that are tried.
const PGBENCH_CLIENTS: [usize; 4] = [8, 16, 32, 64];
const TEXT: &str = "This is a message of ordinary length, as people write them when something does not work and they are in a hurry.";
/// The measure is the record's: the rate limits of one connection are not what is tested.
const UNLIMITED: &[(&str, &str)] = &[("HELPLINE_FRAMES_PER_SECOND", "1000000"), ("HELPLINE_FRAMES_BURST", "1000000")];

/// Settings of `record`.
#[derive(Debug, Args)]
pub struct RecordArgs {
    #[command(flatten)]
    desk: DeskArgs,
    /// Connections, each writing to a ticket of its own
    #[arg(long, default_value_t = 64)]
    connections: usize,
    /// Sends of one connection that wait for their ack
    #[arg(long, default_value_t = 32)]
    window: usize,
    /// Seconds of one run
    #[arg(long, default_value_t = 15)]
    seconds: u64,
    /// Runs of each, by turns
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Whether the writers also listen to their tickets
    #[arg(long, value_enum, default_value_t = Listening::Subscribed)]
    listening: Listening,
    /// Exit 1 below this ratio
    #[arg(long)]
    ratio_min: Option<f64>,
}

/// Whether the writers also listen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Listening {
    /// Every message is also delivered, as in life.
    Subscribed,
    /// Acks alone.
    Silent,
}

/// How pgbench writes one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Script {
    /// A plain insert; the triggers number and log it.
    Insert,
    /// The gateway's own function, with a batch of one.
    Append,
}

/// Runs the scenario.
///
/// # Errors
/// When a part fails.
pub async fn run(args: RecordArgs) -> Result<Verdict, LoadError> {
    let desk = Desk::open(&args.desk, Plan { instances: 1, settings: UNLIMITED, relay: Relay::InProcess }).await?;
    let admin = desk.admin().await?;
    let rooms = people::make_rooms(&admin, args.connections).await.map_err(LoadError::postgres("making tickets"))?;
    let bench = Pgbench::prepare(&desk, &admin, &rooms).await?;
    let (script, clients) = bench.best().await?;
    println!("pgbench    best: {script:?} with {clients} clients");

    let (mut through, mut beside) = (Vec::new(), Vec::new());
    for round in 1..=args.rounds {
        let gateway = through_gateway(&desk, &admin, &rooms, &args).await?;
        let single = bench.run(script, clients, args.seconds).await?;
        println!("round {round}    gateway {gateway:.0}/s · pgbench {single:.0}/s · ratio {:.2}", gateway / single);
        through.push(gateway);
        beside.push(single);
    }
    let ratio = median(&through) / median(&beside);
    println!("median     gateway {:.0}/s · pgbench {:.0}/s · ratio {ratio:.2}", median(&through), median(&beside));
    Ok(if args.ratio_min.is_some_and(|min| ratio < min) { Verdict::Broken } else { Verdict::Held })
}

/// What the writers of one run share.
struct Tally {
    name: String,
    acked: AtomicU64,
    refused: AtomicU64,
    over: AtomicBool,
}

/// One run through the gateway: acks per second after the warm-up, compared with the rows of the record.
async fn through_gateway(desk: &Desk, admin: &Admin, rooms: &[Room], args: &RecordArgs) -> Result<f64, LoadError> {
    let tally = Arc::new(Tally {
        name: format!("b{:08x}", rand::random::<u32>()),
        acked: AtomicU64::new(0),
        refused: AtomicU64::new(0),
        over: AtomicBool::new(false),
    });
    let mut writers = JoinSet::new();
    for (n, room) in rooms.iter().enumerate() {
        let token = people::token(&desk.secret, room.customer, "Customer Load");
        let url = desk.sockets[n % desk.sockets.len()].clone();
        let writer = Writer { ticket: room.ticket, n, window: args.window, listening: args.listening, tally: Arc::clone(&tally) };
        writers.spawn(async move { writer.run(Link::open(&url, &token).await?).await });
    }
    sleep(WARM_UP).await;
    let (from, begun) = (tally.acked.load(Ordering::Relaxed), Instant::now());
    sleep(Duration::from_secs(args.seconds)).await;
    let rate = (tally.acked.load(Ordering::Relaxed) - from) as f64 / begun.elapsed().as_secs_f64();
    tally.over.store(true, Ordering::Relaxed);
    while let Some(ended) = writers.join_next().await {
        ended.expect("a writer's task does not panic")?;
    }
    let acked = tally.acked.load(Ordering::Relaxed);
    let stored: i64 = admin
        .query_one(include_str!("../sql/count_keys.sql"), &[&rooms.iter().map(|room| room.ticket.uuid()).collect::<Vec<_>>(), &tally.name])
        .await
        .map_err(LoadError::postgres("counting what was stored"))?
        .get(0);
    if u64::try_from(stored) != Ok(acked) {
        return Err(LoadError::Stalled(format!("{acked} sends were acked and {stored} are in the record")));
    }
    let refused = tally.refused.load(Ordering::Relaxed);
    if refused > 0 {
        println!("           {refused} sends were refused as too many");
    }
    Ok(rate)
}

/// One connection that always has a window of sends on the way.
struct Writer {
    ticket: TicketId,
    n: usize,
    window: usize,
    listening: Listening,
    tally: Arc<Tally>,
}

impl Writer {
    async fn run(self, mut link: Link) -> Result<(), LinkError> {
        if self.listening == Listening::Subscribed {
            // From beyond the end: the latest page, not the runs before this one.
            link.send(&ClientFrame::Subscribe { id: 0, ticket: self.ticket, after: None::<Seq>, epoch: None }).await?;
        }
        let (mut sent, mut waiting) = (0_u64, 0);
        loop {
            let over = self.tally.over.load(Ordering::Relaxed);
            if over && waiting == 0 {
                return Ok(());
            }
            // Refilled by halves, so that several sends share a write.
            if !over && waiting <= self.window / 2 {
                while waiting < self.window {
                    sent += 1;
                    waiting += 1;
                    link.queue_text(self.frame(sent)).await?;
                }
                link.flush().await?;
            }
            let text = link.next().await?;
            if text.starts_with("{\"type\":\"ack\"") {
                waiting -= 1;
                self.tally.acked.fetch_add(1, Ordering::Relaxed);
            } else if text.starts_with("{\"type\":\"error\"") {
                waiting -= 1;
                self.tally.refused.fetch_add(1, Ordering::Relaxed);
            } else if text.starts_with("{\"type\":\"ping\"") {
                link.send(&ClientFrame::Pong).await?;
            }
        }
    }

    /// Written by hand: encoding is the client's cost, and client and desk share the machine.
    fn frame(&self, n: u64) -> Utf8Bytes {
        let (ticket, name, writer) = (self.ticket, &self.tally.name, self.n);
        format!(r#"{{"type":"send","id":{n},"ticket":"{ticket}","key":"{name}.{writer}.{n}","body":"{TEXT}"}}"#).into()
    }
}

/// pgbench with its scripts, on the same tickets.
struct Pgbench {
    program: PathBuf,
    url: String,
    tickets: usize,
    dir: PathBuf,
}

impl Pgbench {
    async fn prepare(desk: &Desk, admin: &Admin, rooms: &[Room]) -> Result<Self, LoadError> {
        let (tickets, customers): (Vec<_>, Vec<_>) = rooms.iter().map(|room| (room.ticket.uuid(), room.customer.uuid())).unzip();
        admin.batch_execute(include_str!("../sql/bench_tickets.sql")).await.map_err(LoadError::postgres("making pgbench's list"))?;
        admin
            .execute(include_str!("../sql/fill_bench_tickets.sql"), &[&tickets, &customers])
            .await
            .map_err(LoadError::postgres("filling pgbench's list"))?;
        let dir = std::env::temp_dir().join(format!("helpline-pgbench-{}", std::process::id()));
        let failed = |error: std::io::Error| LoadError::Program { program: "pgbench", why: error.to_string() };
        std::fs::create_dir_all(&dir).map_err(failed)?;
        std::fs::write(dir.join("insert.sql"), include_str!("../sql/bench_insert.sql").replace("$TEXT", TEXT)).map_err(failed)?;
        std::fs::write(dir.join("append.sql"), include_str!("../sql/bench_append.sql").replace("$TEXT", TEXT)).map_err(failed)?;
        let beside = desk.rig.as_ref().map(|rig| rig.postgres.bin_dir().join("pgbench")).filter(|file| file.is_file());
        Ok(Self { program: beside.unwrap_or_else(|| "pgbench".into()), url: desk.admin_url.clone(), tickets: rooms.len(), dir })
    }

    /// Tries every way and number of clients for a moment.
    async fn best(&self) -> Result<(Script, usize), LoadError> {
        let mut best = (Script::Insert, PGBENCH_CLIENTS[0], 0.0);
        for script in [Script::Insert, Script::Append] {
            for clients in PGBENCH_CLIENTS {
                let rate = self.run(script, clients, PROBE_SECONDS).await?;
                println!("pgbench    {script:?} with {clients} clients: {rate:.0}/s");
                if rate > best.2 {
                    best = (script, clients, rate);
                }
            }
        }
        Ok((best.0, best.1))
    }

    /// Transactions per second, one message each.
    async fn run(&self, script: Script, clients: usize, seconds: u64) -> Result<f64, LoadError> {
        let file = self.dir.join(match script {
            Script::Insert => "insert.sql",
            Script::Append => "append.sql",
        });
        let mut command = Command::new(&self.program);
        command.args(["--no-vacuum", "--protocol=prepared", "--jobs=2"]);
        command.args([format!("--client={clients}"), format!("--time={seconds}"), format!("--define=tickets={}", self.tickets)]);
        command.arg("--file").arg(file).arg(&self.url);
        let failed = |why: String| LoadError::Program { program: "pgbench", why };
        let ran = tokio::task::spawn_blocking(move || command.output()).await.expect("running a program does not panic");
        let output = ran.map_err(|error| failed(error.to_string()))?;
        let text = String::from_utf8_lossy(&output.stdout);
        let rate = text.lines().find_map(|line| line.strip_prefix("tps = ")?.split_whitespace().next()?.parse().ok());
        rate.filter(|_| output.status.success()).ok_or_else(|| failed(String::from_utf8_lossy(&output.stderr).into_owned()))
    }
}

impl Drop for Pgbench {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}
