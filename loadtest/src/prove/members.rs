//! The members of each ticket: a customer and an agent who write, and for each of them a second
//! device that only reads.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use helpline_core::ids::TicketId;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until};

use super::plan::LANES;
use crate::checker::{Evidence, Life, Observed, Sender, TrueRow};
use crate::client::{Client, Goal, Member, Outgoing, Record, Run, Seen, Visibility};
use crate::people::{self, Room};

/// Number of quiet tickets (the last ones of a load test run), which only plain SQL changes. Their
/// members receive changes only when the gateway polls the database.
pub const QUIET_TICKETS: usize = 2;
pub const MEMBERS_PER_TICKET: usize = 4;
/// Maximum number of messages that wait to be sent by one member.
const ORDERS_MAX: usize = 4_096;
/// One in this many messages of an agent is an internal note.
const NOTE_EVERY: u64 = 4;
/// Delay before the members of the next ticket connect, so that a load test run does not start with
/// a connection storm.
const CONNECT_PACE: Duration = Duration::from_millis(5);

/// Controls one member: what the member sends, and when it may stop.
pub struct ClientHandle {
    orders: mpsc::Sender<Outgoing>,
    /// When the member may stop.
    pub goal: watch::Sender<Goal>,
    name: String,
    pub sender: Sender,
    pub ticket: TicketId,
    writes: bool,
}

impl ClientHandle {
    /// Whether the member has stopped, because it gave up or reached its goal.
    pub fn has_ended(&self) -> bool {
        self.orders.is_closed()
    }
}

/// The running tasks of all members. Each returns its member and record.
pub type Members = JoinSet<(Member, Record)>;

/// Starts every member. The two devices of one person prefer different instances. `sockets` returns
/// the WebSocket URLs for a preferred instance and a lane (a group of clients behind one proxy).
pub async fn enter(
    sockets: &impl Fn(usize, usize) -> Vec<String>,
    secret: &str,
    rooms: &[Room],
    run: &Arc<Run>,
) -> (Members, Vec<ClientHandle>) {
    let mut tasks = JoinSet::new();
    let mut handles = Vec::new();
    let mut lane = 0;
    for (n, room) in rooms.iter().enumerate() {
        let spoken = n < spoken(rooms).len();
        let kinds = [
            (Sender::Customer, "c", 0, spoken),
            (Sender::Agent, "a", 1, spoken),
            (Sender::Customer, "d", 1, false),
            (Sender::Agent, "b", 0, false),
        ];
        for (sender, letter, preferred, writes) in kinds {
            let (user, person) = if sender == Sender::Agent {
                (room.agent, "Agent Load")
            } else {
                (room.customer, "Customer Load")
            };
            lane = (lane + 1) % LANES;
            let urls = sockets(preferred, lane);
            let name = format!("{n}{letter}");
            let token = people::token(secret, user, person);
            let member = Member {
                name: name.clone(),
                sender,
                ticket: room.ticket,
                token,
                urls,
                lane,
            };
            let (orders, ordered) = mpsc::channel(ORDERS_MAX);
            let (goal, watched) = watch::channel(Goal::Open);
            tasks.spawn(Client::new(member, Arc::clone(run), ordered, watched).run());
            handles.push(ClientHandle {
                orders,
                goal,
                name,
                sender,
                ticket: room.ticket,
                writes,
            });
        }
        // Shift the network lanes (each is a group of clients behind one proxy) between tickets;
        // otherwise a lane would contain only customers.
        lane += n % 3;
        sleep(CONNECT_PACE).await;
    }
    (tasks, handles)
}

/// The tickets in which members send messages.
pub fn spoken(rooms: &[Room]) -> &[Room] {
    &rooms[..rooms.len().saturating_sub(QUIET_TICKETS)]
}

/// How many messages to send, for how long and of which size.
#[derive(Debug, Clone, Copy)]
pub struct Traffic {
    /// Messages per second of all members together.
    pub rate: f64,
    /// Duration in seconds.
    pub seconds: u64,
    pub body_bytes: usize,
}

/// Tells members to send messages at fixed times, independent of the server's speed. Returns the
/// number of messages.
pub async fn send_all(
    run: &Run,
    handles: &[ClientHandle],
    traffic: Traffic,
    begun: Instant,
) -> u64 {
    let writers: Vec<&ClientHandle> = handles.iter().filter(|handle| handle.writes).collect();
    let total = (traffic.rate * traffic.seconds as f64) as u64;
    for n in 0..total {
        let intended = begun + Duration::from_secs_f64(n as f64 / traffic.rate);
        sleep_until(intended).await;
        let handle = writers[(n % writers.len() as u64) as usize];
        let nth = n / writers.len() as u64;
        let key = run.key(&handle.name, nth, intended);
        let is_note = handle.sender == Sender::Agent && nth % NOTE_EVERY == NOTE_EVERY - 1;
        let (visibility, mut body) = if is_note {
            (Visibility::Note, format!("{} {}", run.canary, key.as_str()))
        } else {
            (Visibility::Message, format!("message {}", key.as_str()))
        };
        body.extend(std::iter::repeat_n(
            '.',
            traffic.body_bytes.saturating_sub(body.len()),
        ));
        run.pending.fetch_add(1, Ordering::Relaxed);
        if handle
            .orders
            .send(Outgoing {
                key,
                body,
                visibility,
            })
            .await
            .is_err()
        {
            // The member stopped before the end of the load test run; its record says why.
            run.pending.fetch_sub(1, Ordering::Relaxed);
        }
    }
    total
}

/// Stops the remaining members. Returns all members with their records.
pub async fn disconnect_all(mut tasks: Members, handles: &[ClientHandle]) -> Vec<(Member, Record)> {
    for handle in handles {
        handle.goal.send_replace(Goal::Stop);
    }
    let mut records = Vec::new();
    while let Some(ended) = tasks.join_next().await {
        records.push(ended.expect("a member's task does not panic"));
    }
    records
}

/// Builds the checker's evidence for each ticket. `may_be_undone` says for an event's time (µs
/// since 1970) whether a promotion or a restore may have undone the event.
pub fn evidence(
    records: Vec<(Member, Record)>,
    rooms: &[Room],
    mut histories: HashMap<TicketId, Vec<TrueRow>>,
    may_be_undone: impl Fn(i64) -> bool,
) -> Vec<Evidence> {
    let sure = |dated: &[i64]| {
        dated
            .iter()
            .position(|at| may_be_undone(*at))
            .unwrap_or(usize::MAX)
    };
    let life = |Seen { base, rows, dated }: Seen| Life {
        base,
        rows,
        sure: sure(&dated),
    };
    let mut by_ticket: HashMap<TicketId, Vec<(Member, Record)>> = HashMap::new();
    for (member, record) in records {
        by_ticket
            .entry(member.ticket)
            .or_default()
            .push((member, record));
    }
    let of_room = |room: &Room| {
        let truth = histories.remove(&room.ticket).unwrap_or_default();
        let mut evidence = Evidence {
            ticket: room.ticket.to_string(),
            truth,
            ..Evidence::default()
        };
        for (member, record) in by_ticket.remove(&room.ticket).unwrap_or_default() {
            if record.asked_to_retry {
                evidence.asked_to_retry.push(member.sender);
            }
            let audience = member.audience();
            let Record {
                rows,
                dated,
                base,
                earlier,
                mut holes,
                foreign,
                leaks,
                state,
                sent,
                resets,
                ..
            } = record;
            let (earlier, sure) = (earlier.into_iter().map(life).collect(), sure(&dated));
            // Every member requests the whole history at first. If its history does not start with
            // the first event, and the server never told it to start over, events are missing.
            holes += u64::from(base > 0 && resets == 0);
            evidence.observed.push(Observed {
                name: member.name,
                audience,
                base,
                rows,
                earlier,
                sure,
                holes,
                foreign,
                leaks,
                state,
            });
            evidence.sent.extend(sent);
        }
        evidence
    };
    rooms.iter().map(of_room).collect()
}
