//! Background work with which tests of the engine observe it, in debug builds only. Consumers record
//! each event, and one of them also sets timers and plans deliveries. All of it is recorded in the
//! schema `helpline_prove`, which the test creates:
//!
//! - `handled(consumer, tickets, seqs, times)`: a consumer has handled these events
//! - `record(what, tickets, seqs)`: timers were set (`set …`) or fired (`fired …`), deliveries were
//!   planned (`planned`)

use chrono::{TimeDelta, Utc};
use helpline_core::ids::{Seq, TicketId};
use helpline_persistence::deliveries::{self, Leased, NewDelivery};
use helpline_persistence::follow::{Event, Handler, Start};
use helpline_persistence::timers::{self, Action, NewTimer, Timer};
use helpline_persistence::{HandlerError, StoreError, Transaction};
use serde_json::json;
use std::sync::Arc;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use uuid::Uuid;

use super::background::Effect;
use super::registry::{Deliver, DeliveryFault, Registry};
use crate::config::Probe;
use crate::runtime::failpoint;

/// The consumers. The first one also sets timers and plans deliveries.
const CONSUMERS: [&str; 10] = [
    "probe_1", "probe_2", "probe_3", "probe_4", "probe_5", "probe_6", "probe_7", "probe_8",
    "probe_9", "probe_10",
];
/// The kinds of timers, of which the second is held when the clock is in doubt.
const TIMERS: [(&str, Effect); 2] = [
    ("probe", Effect::Reversible),
    ("probe_outside", Effect::Irreversible),
];
const DELIVERY: &str = "probe";
/// The receivers of each delivery.
const RECEIVERS: [&str; 2] = ["one", "two"];
/// How long the events that cannot be handled at first are refused. Shorter than the time until the
/// engine's second attempt, so that none is refused three times.
const REFUSED_MS: i64 = 900;
/// A timer is due after 1 to this many seconds.
const DUE_S_MAX: u64 = 8;

/// Adds the probe's work to an instance's work.
pub fn add(mut registry: Registry, probe: &Probe) -> Registry {
    let start = if probe.from_beginning {
        Start::Beginning
    } else {
        Start::Now
    };
    for (n, name) in CONSUMERS.into_iter().take(probe.consumers).enumerate() {
        let probe = (n == 0).then(|| probe.clone());
        registry = registry.consumer(name, start, Follower { name, probe });
    }
    for (kind, effect) in TIMERS {
        registry = registry.timer(kind, effect, Fire);
    }
    let receiver = probe.receiver.clone();
    registry.delivery(DELIVERY, Post { receiver })
}

struct Follower {
    name: &'static str,
    /// What the consumer does besides recording the events.
    probe: Option<Probe>,
}

impl Handler for Follower {
    async fn handle(
        &mut self,
        transaction: &mut Transaction,
        events: &[Arc<Event>],
    ) -> Result<(), HandlerError> {
        if let Some(probe) = &self.probe {
            refuse_new(probe, events)?;
        }
        let times: Vec<_> = events
            .iter()
            .map(|event| event.row.at.to_rfc3339())
            .collect();
        let (tickets, seqs) = columns(events.iter());
        let (name, times) = (self.name, times.join(","));
        let sql = format!(
            "select helpline_prove.handled('{name}', '{{{tickets}}}', '{{{seqs}}}', '{{{times}}}')"
        );
        transaction.run(&sql).await?;
        if let Some(probe) = &self.probe {
            set_timers(transaction, probe, events).await?;
            plan_deliveries(transaction, probe, events).await?;
        }
        Ok(())
    }
}

/// Whether an event is one of every `n`. The same events are chosen each time. Events that are
/// chosen with another `salt` are independent of these.
fn is_chosen(event: &Event, n: u64, salt: u64) -> bool {
    let low_bits = event.row.ticket.uuid().as_u128() as u64;
    let mixed = (low_bits ^ salt).wrapping_add(event.row.seq.get());
    let mixed = mixed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    n > 0 && (mixed >> 32).is_multiple_of(n)
}

fn refuse_new(probe: &Probe, events: &[Arc<Event>]) -> Result<(), HandlerError> {
    let is_refused = |event: &&Arc<Event>| {
        let age_ms = (Utc::now() - event.row.at).num_milliseconds();
        (0..REFUSED_MS).contains(&age_ms) && is_chosen(event, probe.failures, 1)
    };
    match events.iter().find(is_refused) {
        Some(_) => Err(HandlerError::Event("the event is too new".to_owned())),
        None => Ok(()),
    }
}

async fn set_timers(
    transaction: &mut Transaction,
    probe: &Probe,
    events: &[Arc<Event>],
) -> Result<(), HandlerError> {
    for event in events.iter().filter(|it| is_chosen(it, probe.timers, 2)) {
        let (ticket, seq) = (event.row.ticket, event.row.seq.get());
        let kind = TIMERS[usize::from(is_chosen(event, 2, 3))].0;
        let after_s = 1 + seq % DUE_S_MAX;
        let timer = NewTimer {
            ticket,
            kind,
            key: &seq.to_string(),
            due_at: Utc::now() + TimeDelta::seconds(after_s.cast_signed()),
            payload: json!({}),
        };
        timers::set(transaction, &timer).await?;
        record(transaction, &format!("set {kind}"), [event].into_iter()).await?;
    }
    Ok(())
}

async fn plan_deliveries(
    transaction: &mut Transaction,
    probe: &Probe,
    events: &[Arc<Event>],
) -> Result<(), HandlerError> {
    let chosen = |event: &&Arc<Event>| is_chosen(event, probe.deliveries, 4);
    let planned: Vec<_> = events
        .iter()
        .filter(chosen)
        .flat_map(|event| RECEIVERS.map(|receiver| delivery(event, receiver)))
        .collect();
    if planned.is_empty() {
        return Ok(());
    }
    deliveries::plan(transaction, &planned).await?;
    record(transaction, "planned", events.iter().filter(chosen)).await?;
    Ok(())
}

fn delivery(event: &Event, receiver: &str) -> NewDelivery {
    let (ticket, seq) = (event.row.ticket, event.row.seq);
    NewDelivery {
        id: Uuid::now_v7(),
        kind: DELIVERY.to_owned(),
        receiver: receiver.to_owned(),
        event: Some((ticket, seq)),
        key: key(ticket, seq),
        payload: json!({}),
    }
}

fn key(ticket: TicketId, seq: Seq) -> String {
    format!("{ticket}:{}", seq.get())
}

/// Tickets and seqs of these events, as the contents of Postgres arrays.
fn columns<'a>(events: impl Iterator<Item = &'a Arc<Event>>) -> (String, String) {
    let (tickets, seqs): (Vec<_>, Vec<_>) = events
        .map(|event| {
            (
                event.row.ticket.to_string(),
                event.row.seq.get().to_string(),
            )
        })
        .unzip();
    (tickets.join(","), seqs.join(","))
}

async fn record<'a>(
    transaction: &mut Transaction,
    what: &str,
    events: impl Iterator<Item = &'a Arc<Event>>,
) -> Result<(), StoreError> {
    let (tickets, seqs) = columns(events);
    let sql = format!("select helpline_prove.record('{what}', '{{{tickets}}}', '{{{seqs}}}')");
    transaction.run(&sql).await
}

struct Fire;

impl Action for Fire {
    async fn act(
        &mut self,
        transaction: &mut Transaction,
        timer: &Timer,
    ) -> Result<(), HandlerError> {
        let Timer {
            kind, ticket, key, ..
        } = timer;
        let sql =
            format!("select helpline_prove.record('fired {kind}', '{{{ticket}}}', '{{{key}}}')");
        Ok(transaction.run(&sql).await?)
    }
}

/// Sends a request without a body to the receiver of the test, and takes 200 for success.
struct Post {
    /// Host, port and path.
    receiver: String,
}

impl Deliver for Post {
    async fn attempt(&self, leased: &Leased) -> Result<(), DeliveryFault> {
        let fault = |error: std::io::Error| DeliveryFault::Temporary(error.to_string());
        let (host, path) = self
            .receiver
            .split_once('/')
            .unwrap_or((&self.receiver, ""));
        let id = if failpoint::sabotaged("new-delivery-ids") {
            Uuid::now_v7()
        } else {
            leased.id
        };
        let Leased {
            receiver,
            key,
            attempt,
            ..
        } = leased;
        let request = format!(
            "POST /{path} HTTP/1.1\r\nhost: {host}\r\nx-id: {id}\r\nx-receiver: {receiver}\r\nx-key: {key}\r\n\
             x-attempt: {attempt}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
        );
        let mut stream = TcpStream::connect(host).await.map_err(fault)?;
        stream.write_all(request.as_bytes()).await.map_err(fault)?;
        let mut status = String::new();
        let mut reader = BufReader::new(stream);
        reader.read_line(&mut status).await.map_err(fault)?;
        match status.split(' ').nth(1) {
            Some("200") => Ok(()),
            other => Err(DeliveryFault::Temporary(format!("answered {other:?}"))),
        }
    }
}
