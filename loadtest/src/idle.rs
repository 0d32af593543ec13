//! `idle`: so many connections, each subscribed to a ticket of its own and silent; what one of them costs the gateway in memory.

use std::time::Duration;

use clap::Args;
use helpline_core::ids::Seq;
use helpline_core::protocol::ClientFrame;
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::desk::{Desk, DeskArgs, Plan, Relay};
use crate::error::LoadError;
use crate::people;
use crate::report::Verdict;
use crate::wire::{Link, LinkError};

/// Connections that are being opened at the same time.
const OPENING_MAX: usize = 64;
/// Between two looks at the memory while it settles.
const LOOK_INTERVAL: Duration = Duration::from_secs(1);

/// Settings of `idle`.
#[derive(Debug, Args)]
pub struct IdleArgs {
    #[command(flatten)]
    desk: DeskArgs,
    /// Connections to open
    #[arg(long, default_value_t = 10_000)]
    connections: usize,
    /// The gateway's process id, without --rig
    #[arg(long)]
    pid: Option<u32>,
    /// How long the connections stand before the memory is read
    #[arg(long, default_value_t = 10)]
    settle_seconds: u64,
    /// Exit 1 when a connection costs more than this
    #[arg(long, value_name = "KIB")]
    kib_max: Option<f64>,
}

/// A process's memory, in bytes.
#[derive(Debug, Clone, Copy)]
struct Memory {
    /// Pages in memory, shared ones in proportion.
    pss: u64,
    /// Pages that nobody else has.
    private: u64,
}

/// Runs the scenario.
///
/// # Errors
/// When the connections do not come to stand.
pub async fn run(args: IdleArgs) -> Result<Verdict, LoadError> {
    let desk = Desk::open(&args.desk, Plan { instances: 1, settings: &[], relay: Relay::Redis }).await?;
    let started = desk.rig.as_ref().and_then(|rig| rig.gateways.first()?.pid());
    let pid = started.or(args.pid).ok_or(LoadError::Usage("--pid names the gateway to watch"))?;
    let admin = desk.admin().await?;
    let rooms = people::make_rooms(&admin, args.connections).await.map_err(LoadError::postgres("making tickets"))?;
    let before = memory(pid)?;
    println!("before     {}", words(before));

    let mut standing: JoinSet<Result<(), LinkError>> = JoinSet::new();
    for batch in rooms.chunks(OPENING_MAX) {
        let mut opened = Vec::new();
        for room in batch {
            let token = people::token(&desk.secret, room.customer, "Customer Load");
            let (tell, told) = oneshot::channel();
            standing.spawn(stand(desk.sockets[0].clone(), token, room.ticket, tell));
            opened.push(told);
        }
        for told in opened {
            if told.await.is_err() {
                let why = standing.join_next().await.expect("the one that told nothing has ended");
                why.expect("a connection's task does not panic")?;
                return Err(LoadError::Stalled("a connection ended before it was subscribed".into()));
            }
        }
    }
    let at_once = memory(pid)?;
    println!("opened     {} connections; {}", rooms.len(), words(at_once));
    for _ in 0..args.settle_seconds {
        sleep(LOOK_INTERVAL).await;
    }
    if let Some(ended) = standing.try_join_next() {
        ended.expect("a connection's task does not panic")?;
    }
    let after = memory(pid)?;
    println!("standing   {}", words(after));
    let each = |of: fn(Memory) -> u64| of(after).saturating_sub(of(before)) as f64 / rooms.len() as f64 / 1024.0;
    let (pss, private) = (each(|memory| memory.pss), each(|memory| memory.private));
    println!("each       {pss:.2} KiB of the process's memory ({private:.2} KiB private)");
    Ok(if args.kib_max.is_some_and(|max| pss > max) { Verdict::Broken } else { Verdict::Held })
}

/// Opens, subscribes, tells, and then does nothing but stay alive.
async fn stand(url: String, token: String, ticket: helpline_core::ids::TicketId, tell: oneshot::Sender<()>) -> Result<(), LinkError> {
    let mut link = Link::open(&url, &token).await?;
    link.send(&ClientFrame::Subscribe { id: 1, ticket, after: Some(Seq::ZERO), epoch: None }).await?;
    let answer = link.next().await?;
    if !answer.starts_with("{\"type\":\"subscribed\"") {
        return Err(LinkError::Protocol(format!("subscribe was answered with {answer}")));
    }
    let _ = tell.send(());
    loop {
        if link.next().await?.contains("\"ping\"") {
            link.send(&ClientFrame::Pong).await?;
        }
    }
}

fn words(memory: Memory) -> String {
    let mib = |bytes: u64| bytes as f64 / 1024.0 / 1024.0;
    format!("gateway's memory: {:.1} MiB, {:.1} MiB private", mib(memory.pss), mib(memory.private))
}

/// From the kernel's own sum over all mappings.
fn memory(pid: u32) -> Result<Memory, LoadError> {
    let failed = |why: String| LoadError::Program { program: "reading the gateway's memory", why };
    let rollup = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).map_err(|error| failed(error.to_string()))?;
    let field = |name: &str| -> Result<u64, LoadError> {
        let line = rollup.lines().find(|line| line.split(':').next() == Some(name));
        let kib = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
        kib.map(|kib| kib * 1024).ok_or_else(|| failed(format!("no {name} in smaps_rollup")))
    };
    Ok(Memory { pss: field("Pss")?, private: field("Private_Clean")? + field("Private_Dirty")? })
}
