//! A client for one member of a ticket, which behaves as the protocol documentation requires. Its
//! outbox keeps every message until the ack. Its position (the number of the last received event)
//! advances only over contiguous events. When a connection is lost, the client subscribes again
//! from its position, on any instance that responds.

mod frames;
mod history;
mod member;

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use helpline_core::history::Position;
use helpline_core::ids::{Key, Seq};
use helpline_core::protocol::ClientFrame;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until};

use crate::checker::{Fate, Sent};
use crate::wire::{Link, LinkError};

pub use member::{Goal, Member, Outgoing, Record, Run, Seen, Visibility};

/// Maximum delay between two connection attempts.
const BACKOFF_MAX: Duration = Duration::from_secs(2);
/// Delay before the first reconnection.
const BACKOFF_MIN: Duration = Duration::from_millis(50);
/// A message that is not answered within this time is sent again with the same idempotency key,
/// even if the connection still works.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(20);

struct Pending {
    outgoing: Outgoing,
    nth: usize,
    /// How many times this message was sent.
    written: u64,
    /// The `id` of the `send` frame on this connection; `None` if the message still has to be sent.
    id: Option<u64>,
    again_at: Instant,
}

/// Why a connection ended.
enum End {
    Done,
    Lost(LinkError),
}

/// A protocol client for one member of a ticket, with its outbox (unacknowledged messages) and its
/// position in the history.
pub struct Client {
    member: Member,
    run: Arc<Run>,
    orders: mpsc::Receiver<Outgoing>,
    goal: watch::Receiver<Goal>,
    position: Option<Position>,
    epoch: Option<String>,
    outbox: VecDeque<Pending>,
    next_id: u64,
    /// The `id` of the unanswered `subscribe`, if any.
    subscribing: Option<u64>,
    /// The delay that the server's `bye` frame asked for. After a `bye`, the next connection
    /// attempt uses a different instance.
    bye: Option<Duration>,
    /// Start of the current outage, and the delay that the server asked for, if any.
    lost: Option<(Instant, Option<Duration>)>,
    record: Record,
}

impl Client {
    /// Creates a member that has not received anything yet.
    pub fn new(
        member: Member,
        run: Arc<Run>,
        orders: mpsc::Receiver<Outgoing>,
        goal: watch::Receiver<Goal>,
    ) -> Self {
        Self {
            bye: None,
            lost: None,
            member,
            run,
            orders,
            goal,
            position: None,
            epoch: None,
            outbox: VecDeque::new(),
            next_id: 1,
            subscribing: None,
            record: Record::default(),
        }
    }

    /// Runs until the member's goal says that it may stop. Returns the member and what it recorded.
    pub async fn run(mut self) -> (Member, Record) {
        let mut backoff = BACKOFF_MIN;
        let mut url = 0;
        loop {
            // A failed first connection is not an outage: the member had no working connection that
            // could end.
            let seen_before = self.position;
            match self.live(url).await {
                Ok(End::Done) => break,
                Ok(End::Lost(error)) | Err(error) => {
                    if error.is_final() {
                        self.record.gave_up = Some(error.to_string());
                        break;
                    }
                    tracing::debug!(member = self.member.name, %error, "connection lost");
                    self.record.last_error = Some(error.to_string());
                    url += usize::from(
                        self.bye.is_some()
                            || matches!(error, LinkError::Open(_) | LinkError::Silent),
                    );
                }
            }
            if self.position != seen_before {
                backoff = BACKOFF_MIN;
            }
            if self.record.joined {
                // The server may send a second `bye` on the next connection, before any other
                // frame. The outage then includes both requested delays, so add them up.
                let (since, told) = self.lost.unwrap_or((Instant::now(), None));
                self.lost = Some((
                    since,
                    self.bye
                        .map_or(told, |wait| Some(wait + told.unwrap_or_default())),
                ));
            }
            let wait = self
                .bye
                .take()
                .unwrap_or_else(|| backoff.mul_f64(0.5 + rand::random::<f64>()));
            if self.rest(wait).await {
                break;
            }
            backoff = (backoff * 2).min(BACKOFF_MAX);
        }
        (self.member, self.record)
    }

    /// Waits before the next connection attempt. Returns true if the member was told to stop while
    /// it waited.
    async fn rest(&mut self, wait: Duration) -> bool {
        let wake = Instant::now() + wait;
        loop {
            if *self.goal.borrow_and_update() == Goal::Stop {
                return true;
            }
            tokio::select! {
                () = sleep_until(wake) => return false,
                changed = self.goal.changed() => if changed.is_err() { return true },
            }
        }
    }

    /// Runs one connection until it ends.
    async fn live(&mut self, url: usize) -> Result<End, LinkError> {
        let mut link = Link::open(
            &self.member.urls[url % self.member.urls.len()],
            &self.member.token,
        )
        .await?;
        self.record.connections += 1;
        self.subscribing = None;
        self.subscribe(&mut link).await?;
        for pending in &mut self.outbox {
            pending.id = None;
        }
        self.send_waiting(&mut link).await?;
        loop {
            if self.is_done() {
                return Ok(End::Done);
            }
            let again_at = self.outbox.iter().map(|pending| pending.again_at).min();
            // All branches are cancel-safe: the link keeps partial frames, and `recv` and `changed`
            // take nothing unless they complete.
            tokio::select! {
                text = link.next() => match text {
                    Ok(text) => self.take(&text, &mut link).await?,
                    Err(error) => return Ok(End::Lost(error)),
                },
                Some(outgoing) = self.orders.recv() => {
                    self.accept(outgoing);
                    while let Ok(outgoing) = self.orders.try_recv() {
                        self.accept(outgoing);
                    }
                    self.send_waiting(&mut link).await?;
                }
                () = sleep_until(again_at.unwrap_or_else(Instant::now)), if again_at.is_some() => {
                    let now = Instant::now();
                    // A message timed out and is sent again. If only the second copy is stored, its
                    // position in the history is after messages that were sent between the two
                    // copies.
                    self.record.asked_to_retry |= self.outbox.iter().any(|pending| pending.again_at <= now && pending.id.is_some());
                    for pending in self.outbox.iter_mut().filter(|pending| pending.again_at <= now) {
                        pending.id = None;
                    }
                    self.send_waiting(&mut link).await?;
                }
                changed = self.goal.changed() => if changed.is_err() { return Ok(End::Done) },
            }
        }
    }

    fn is_done(&mut self) -> bool {
        let goal = self.goal.borrow_and_update().clone();
        match goal {
            Goal::Open => false,
            Goal::Stop => true,
            Goal::SeqIn(goal, epoch) => {
                self.has_come_to(goal)
                    && self
                        .epoch
                        .as_ref()
                        .is_some_and(|own| own.starts_with(&*epoch))
            }
        }
    }

    fn has_come_to(&self, seq: u64) -> bool {
        self.outbox.is_empty()
            && self
                .position
                .is_some_and(|position| position.seq().get() >= seq)
    }

    fn accept(&mut self, outgoing: Outgoing) {
        let sent = Sent {
            key: outgoing.key.as_str().to_owned(),
            body: outgoing.body.clone(),
            sender: self.member.sender,
            fate: Fate::Unknown,
        };
        let nth = self.record.sent.len();
        self.record.sent.push(sent);
        self.outbox.push_back(Pending {
            outgoing,
            nth,
            written: 0,
            id: None,
            again_at: Instant::now() + ANSWER_TIMEOUT,
        });
    }

    fn fresh_id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    async fn subscribe(&mut self, link: &mut Link) -> Result<(), LinkError> {
        if self.subscribing.is_some() {
            return Ok(());
        }
        let id = self.fresh_id();
        self.subscribing = Some(id);
        let (after, epoch) = (self.position.map(Position::seq), self.epoch.clone());
        // A member that has not received any history yet requests the ticket's whole history,
        // because the tickets of a load test run have short histories.
        let after = after.or((self.record.resets == 0).then_some(Seq::ZERO));
        link.send(&ClientFrame::Subscribe {
            id,
            ticket: self.member.ticket,
            after,
            epoch,
        })
        .await
    }

    /// Sends, in order, all messages of the outbox that were not yet sent on this connection.
    async fn send_waiting(&mut self, link: &mut Link) -> Result<(), LinkError> {
        let mut id = self.next_id;
        for pending in self
            .outbox
            .iter_mut()
            .filter(|pending| pending.id.is_none())
        {
            id += 1;
            let outgoing = &pending.outgoing;
            link.queue(&ClientFrame::Send {
                id,
                ticket: self.member.ticket,
                key: outgoing.key.clone(),
                body: outgoing.body.clone(),
                internal: (outgoing.visibility == Visibility::Note).then_some(true),
                attachments: None,
                based_on: None,
            })
            .await?;
            self.record.retries += u64::from(pending.written > 0);
            pending.written += 1;
            pending.id = Some(id);
            pending.again_at = Instant::now() + ANSWER_TIMEOUT;
        }
        self.next_id = id;
        link.flush().await
    }

    fn settle(&mut self, key: &Key, fate: Fate) {
        let Some(n) = self
            .outbox
            .iter()
            .position(|pending| pending.outgoing.key == *key)
        else {
            return;
        };
        let Some(pending) = self.outbox.remove(n) else {
            return;
        };
        self.record.sent[pending.nth].fate = fate;
        self.run.pending.fetch_sub(1, Ordering::Relaxed);
        if matches!(fate, Fate::Acked(_)) {
            self.record
                .acked
                .push((key.as_str().to_owned(), Instant::now()));
        }
        if let (Fate::Acked(_), Some(intended)) = (fate, self.run.intended(key.as_str())) {
            self.run.to_ack.record(intended.elapsed());
            self.run.samples.acked(intended, self.member.lane);
        }
    }
}
