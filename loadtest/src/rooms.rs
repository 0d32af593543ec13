//! `rooms`: tickets with a customer and an agent each, on one instance or two, at a fixed rate whatever the desk does; and at the end
//! every history checked against the record.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use clap::Args;
use helpline_core::ids::TicketId;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until};

use crate::checker::{self, Evidence, Observed, Sender, Violation};
use crate::client::{Client, Goal, Member, Outgoing, Record, Run, Visibility};
use crate::desk::{Desk, DeskArgs, Plan, Relay};
use crate::error::LoadError;
use crate::faults::{self, Fault};
use crate::people::{self, Room};
use crate::report::{self, Latencies, Verdict};
use crate::truth;

/// From the first connection to everybody subscribed.
const JOIN_TIMEOUT: Duration = Duration::from_secs(120);
/// From the last send to the last answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(90);
/// From the last answer to everybody having seen everything.
const CONVERGE_TIMEOUT: Duration = Duration::from_secs(60);
/// Orders waiting for one member; further ones wait in the generator and lose nothing but time, which is measured from the intended one.
const ORDERS_MAX: usize = 1_024;
/// Of an agent's sends, every so many-th is a note.
const NOTE_EVERY: u64 = 4;
/// Members connect in batches, so that the run's beginning is no storm.
const CONNECT_PACE: Duration = Duration::from_millis(2);

/// Settings of `rooms`.
#[derive(Debug, Args)]
pub struct RoomsArgs {
    #[command(flatten)]
    desk: DeskArgs,
    /// Tickets, each with a customer and an agent
    #[arg(long, default_value_t = 500)]
    tickets: usize,
    /// Sends per second, of all members together
    #[arg(long, default_value_t = 250.0)]
    rate: f64,
    /// How long to send
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// What to break, with --rig: kill-redis@15,start-redis@25,…; without a value, Redis and an instance are killed and started again
    #[arg(long, value_name = "FAULTS", num_args = 0..=1, default_missing_value = "default")]
    faults: Option<String>,
    /// Length of a text
    #[arg(long, default_value_t = 120)]
    body_bytes: usize,
}

/// Runs the scenario.
///
/// # Errors
/// When the run could not be carried out. What it finds is in the verdict.
pub async fn run(args: RoomsArgs) -> Result<Verdict, LoadError> {
    let faults = schedule(&args)?;
    let desk = Desk::open(&args.desk, Plan { instances: 2, settings: &[], relay: Relay::Redis }).await?;
    let admin = desk.admin().await?;
    let rooms = people::make_rooms(&admin, args.tickets).await.map_err(LoadError::postgres("making tickets"))?;
    println!("desk       {} tickets on {}", rooms.len(), desk.sockets.join(" and "));

    let name = format!("r{:08x}", rand::random::<u32>());
    let run = Arc::new(Run {
        begun: Instant::now(),
        canary: format!("canary{:016x}", rand::random::<u64>()),
        name,
        joined: AtomicU64::new(0),
        pending: AtomicU64::new(0),
        to_ack: Latencies::default(),
        to_seen: Latencies::default(),
        points: None,
    });
    let (crowd, doors) = enter(&desk, &rooms, &run).await;
    let members = rooms.len() as u64 * 2;
    wait(JOIN_TIMEOUT, || run.joined.load(Ordering::Relaxed) >= members, "not everybody could subscribe").await?;
    println!("joined     {members} members in {:.1} s", run.begun.elapsed().as_secs_f64());

    let begun = Instant::now();
    let breaking = async {
        match &desk.rig {
            Some(rig) => faults::carry_out(rig, faults, begun).await,
            None => Ok(()),
        }
    };
    let (sent, broken) = tokio::join!(send_all(&run, &doors, &args, begun), breaking);
    broken?;
    println!("sent       {sent} in {:.1} s (open loop, {}/s)", begun.elapsed().as_secs_f64(), args.rate);
    let answered = wait(ANSWER_TIMEOUT, || run.pending.load(Ordering::Relaxed) == 0, "").await;
    let last_answer = Instant::now();
    // The faults may have ended the first connection.
    let admin = desk.admin().await?;
    if answered.is_ok() {
        converge(&admin, &rooms, &doors).await?;
        println!("converged  {:.1} s after the last answer", last_answer.elapsed().as_secs_f64());
    }
    let records = farewell(crowd, &doors).await;
    print_counts(&run, &records);
    let evidence = gather(&admin, &rooms, records).await?;
    let violations: Vec<Violation> = evidence.iter().flat_map(checker::check).collect();
    Ok(report::verdict(&violations))
}

fn schedule(args: &RoomsArgs) -> Result<Vec<Fault>, LoadError> {
    match args.faults.as_deref() {
        None => Ok(Vec::new()),
        Some(_) if !args.desk.rig => Err(LoadError::Usage("--faults needs --rig: a desk that runs already is not ours to break")),
        Some("default") => Ok(faults::default_schedule(args.seconds)),
        Some(text) => text.split(',').map(str::parse).collect::<Result<_, String>>().map_err(|why| {
            eprintln!("{why}");
            LoadError::Usage("--faults cannot be read")
        }),
    }
}

/// How a member is told things.
struct Door {
    orders: mpsc::Sender<Outgoing>,
    goal: watch::Sender<Goal>,
    name: String,
    sender: Sender,
}

/// Starts everybody: customers on the first instance, agents on the second, each ready to go to the other.
async fn enter(desk: &Desk, rooms: &[Room], run: &Arc<Run>) -> (JoinSet<(Member, Record)>, Vec<Door>) {
    let mut crowd = JoinSet::new();
    let mut doors = Vec::new();
    for (n, room) in rooms.iter().enumerate() {
        for (sender, user, letter) in [(Sender::Customer, room.customer, 'c'), (Sender::Agent, room.agent, 'a')] {
            let mut urls = desk.sockets.clone();
            if sender == Sender::Agent {
                urls.rotate_left(1);
            }
            let name = format!("{n}{letter}");
            let token = people::token(&desk.secret, user, if sender == Sender::Agent { "Agent Load" } else { "Customer Load" });
            let member = Member { name: name.clone(), sender, ticket: room.ticket, token, urls, lane: 0 };
            let (orders, ordered) = mpsc::channel(ORDERS_MAX);
            let (goal, watched) = watch::channel(Goal::Open);
            crowd.spawn(Client::new(member, Arc::clone(run), ordered, watched).run());
            doors.push(Door { orders, goal, name, sender });
        }
        sleep(CONNECT_PACE).await;
    }
    (crowd, doors)
}

/// The generator: an open loop. A member who cannot keep up delays it, but not the times from which latency is counted.
async fn send_all(run: &Run, doors: &[Door], args: &RoomsArgs, begun: Instant) -> u64 {
    let total = (args.rate * args.seconds as f64) as u64;
    for n in 0..total {
        let intended = begun + Duration::from_secs_f64(n as f64 / args.rate);
        sleep_until(intended).await;
        let door = &doors[(n % doors.len() as u64) as usize];
        let nth = n / doors.len() as u64;
        let key = run.key(&door.name, nth, intended);
        let is_note = door.sender == Sender::Agent && nth % NOTE_EVERY == NOTE_EVERY - 1;
        let (visibility, mut body) = if is_note {
            (Visibility::Note, format!("{} {}", run.canary, key.as_str()))
        } else {
            (Visibility::Message, format!("message {}", key.as_str()))
        };
        body.extend(std::iter::repeat_n('.', args.body_bytes.saturating_sub(body.len())));
        run.pending.fetch_add(1, Ordering::Relaxed);
        if door.orders.send(Outgoing { key, body, visibility }).await.is_err() {
            // The member gave up; its record says why.
            run.pending.fetch_sub(1, Ordering::Relaxed);
        }
    }
    total
}

/// Tells everybody how far to come, and waits until they have.
async fn converge(admin: &tokio_postgres::Client, rooms: &[Room], doors: &[Door]) -> Result<(), LoadError> {
    let heads = truth::heads(admin, rooms).await?;
    for (room, pair) in rooms.iter().zip(doors.chunks(2)) {
        let (seq, public_seq) = heads.get(&room.ticket).copied().unwrap_or_default();
        for door in pair {
            let goal = if door.sender == Sender::Agent { seq } else { public_seq };
            door.goal.send_replace(Goal::Seq(goal));
        }
    }
    // Whoever has come as far ends its task; the others show in the check.
    let _ = wait(CONVERGE_TIMEOUT, || doors.iter().all(|door| door.goal.is_closed()), "").await;
    Ok(())
}

/// Ends those who are left, and collects what everybody knows.
async fn farewell(mut crowd: JoinSet<(Member, Record)>, doors: &[Door]) -> Vec<(Member, Record)> {
    for door in doors {
        door.goal.send_replace(Goal::Stop);
    }
    let mut records = Vec::new();
    while let Some(ended) = crowd.join_next().await {
        records.push(ended.expect("a member's task does not panic"));
    }
    records
}

async fn gather(admin: &tokio_postgres::Client, rooms: &[Room], records: Vec<(Member, Record)>) -> Result<Vec<Evidence>, LoadError> {
    let mut histories = truth::histories(admin, rooms).await?;
    let mut by_ticket: HashMap<TicketId, Vec<(Member, Record)>> = HashMap::new();
    for (member, record) in records {
        by_ticket.entry(member.ticket).or_default().push((member, record));
    }
    Ok(rooms
        .iter()
        .map(|room| {
            let mut evidence = Evidence {
                ticket: room.ticket.to_string(),
                truth: histories.remove(&room.ticket).unwrap_or_default(),
                ..Evidence::default()
            };
            for (member, record) in by_ticket.remove(&room.ticket).unwrap_or_default() {
                if record.asked_to_retry {
                    evidence.asked_to_retry.push(member.sender);
                }
                let audience = member.audience();
                let Record { rows, base, holes, foreign, leaks, state, .. } = record;
                let (earlier, sure) = (vec![], usize::MAX);
                evidence.observed.push(Observed { name: member.name, audience, base, rows, earlier, sure, holes, foreign, leaks, state });
                evidence.sent.extend(record.sent);
            }
            evidence
        })
        .collect())
}

fn print_counts(run: &Run, records: &[(Member, Record)]) {
    let sum = |of: fn(&Record) -> u64| records.iter().map(|(_, record)| of(record)).sum::<u64>();
    println!(
        "members    {} connections · {} sends repeated · {} asked to retry · {} resets · {} events repeated",
        sum(|record| record.connections),
        sum(|record| record.retries),
        records.iter().filter(|(_, record)| record.asked_to_retry).count(),
        sum(|record| record.resets),
        sum(|record| record.repeats),
    );
    for (member, record) in records.iter().filter(|(_, record)| record.gave_up.is_some()).take(10) {
        println!("gave up    {}: {}", member.name, record.gave_up.as_deref().unwrap_or(""));
    }
    println!("to ack     {}", run.to_ack.line());
    println!("to seen    {}", run.to_seen.line());
}

/// Polls a condition that has no event of its own.
async fn wait(within: Duration, holds: impl Fn() -> bool, otherwise: &str) -> Result<(), LoadError> {
    let deadline = Instant::now() + within;
    while !holds() {
        if Instant::now() > deadline {
            return Err(LoadError::Stalled(otherwise.to_owned()));
        }
        sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}
