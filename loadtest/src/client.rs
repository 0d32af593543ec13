//! One member of one ticket, as the protocol's page tells client authors to be: an outbox that keeps every send until its ack, a
//! position that moves by contiguous events alone, and a fresh `subscribe` from there after every loss, on any instance that answers.

mod member;

use std::borrow::Cow;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use helpline_core::actor::Audience;
use helpline_core::history::{Observed as Place, Position};
use helpline_core::ids::{Key, Seq, TicketId};
use helpline_core::protocol::{
    ClientFrame, CommonFrame, CustomerEvent, CustomerFrame, StaffEvent, StaffFrame,
};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until};

use crate::checker::{Facet, Fate, Row, Sender, Sent};
use crate::prove::samples::Way;
use crate::wire::{Link, LinkError};

pub use member::{Goal, Member, Outgoing, Record, Run, Seen, Visibility};

/// The longest wait between two attempts to connect.
const BACKOFF_MAX: Duration = Duration::from_secs(2);
/// The first wait.
const BACKOFF_MIN: Duration = Duration::from_millis(50);
/// A send that the server asked to have again without saying when.
const RETRY_AFTER: Duration = Duration::from_millis(500);
/// A send without an answer on a living connection: sent again, by the same key.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(20);

/// Longer than any run: a send that this connection's server will not take.
const HELD: Duration = Duration::from_secs(24 * 60 * 60);

struct Pending {
    outgoing: Outgoing,
    nth: usize,
    /// Times it was written.
    written: u64,
    /// The `id` it was sent under on this connection; none: to be sent.
    id: Option<u64>,
    again_at: Instant,
}

/// How a connection's life ended.
enum End {
    Done,
    Lost(LinkError),
}

/// A running member.
pub struct Client {
    member: Member,
    run: Arc<Run>,
    orders: mpsc::Receiver<Outgoing>,
    goal: watch::Receiver<Goal>,
    position: Option<Position>,
    epoch: Option<String>,
    outbox: VecDeque<Pending>,
    next_id: u64,
    /// The unanswered `subscribe`, if any.
    subscribing: Option<u64>,
    joined: bool,
    /// Told to wait so long before coming back, and elsewhere.
    bye: Option<Duration>,
    /// Without service since, and the delay that was asked for.
    lost: Option<(Instant, Option<Duration>)>,
    record: Record,
}

impl Client {
    /// A member who has seen nothing yet.
    pub fn new(
        member: Member,
        run: Arc<Run>,
        orders: mpsc::Receiver<Outgoing>,
        goal: watch::Receiver<Goal>,
    ) -> Self {
        Self {
            bye: None,
            lost: None,
            joined: false,
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

    /// Lives until the goal is reached.
    pub async fn run(mut self) -> (Member, Record) {
        let mut backoff = BACKOFF_MIN;
        let mut url = 0;
        loop {
            // A first connection that fails is no outage: there was no service yet.
            let seen_before = self.position;
            match self.live(url).await {
                Ok(End::Done) => break,
                Ok(End::Lost(error)) | Err(error) => {
                    if error.is_final() {
                        self.record.gave_up = Some(error.to_string());
                        break;
                    }
                    tracing::debug!(member = self.member.name, %error, "connection lost");
                    url += usize::from(
                        self.bye.is_some()
                            || matches!(error, LinkError::Open(_) | LinkError::Silent),
                    );
                }
            }
            if self.position != seen_before {
                backoff = BACKOFF_MIN;
            }
            if self.joined {
                // Sent away twice before it was served once: both delays were asked for.
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

    /// Waits before the next attempt; true when told to stop meanwhile.
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

    /// One connection's life.
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
            // All branches are cancel-safe: the link keeps partial frames, recv and changed take nothing unless they complete.
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
                    // Without an answer for so long: of the two copies the later one may be stored, behind what was sent meanwhile.
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
        // A client without a past asks for the whole history: a run's tickets are young.
        let after = after.or((self.record.resets == 0).then_some(Seq::ZERO));
        link.send(&ClientFrame::Subscribe {
            id,
            ticket: self.member.ticket,
            after,
            epoch,
        })
        .await
    }

    /// Writes, in order, whatever of the outbox is not on its way.
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

    async fn take(&mut self, text: &str, link: &mut Link) -> Result<(), LinkError> {
        if self.member.sender == Sender::Customer && text.contains(&self.run.canary) {
            self.record.leaks.push("a frame held a canary".into());
        }
        let wrong = |error: serde_json::Error| LinkError::Protocol(format!("{error} in {text}"));
        match word(text).as_deref() {
            Some("welcome" | "ok" | "ack" | "reset" | "ping" | "bye" | "error") => {
                self.take_common(serde_json::from_str(text).map_err(wrong)?, link)
                    .await
            }
            Some("subscribed" | "event" | "typing" | "presence" | "read" | "inbox") => {
                let step = match self.member.audience() {
                    Audience::Staff => self.staff(serde_json::from_str(text).map_err(wrong)?),
                    Audience::Customer => match serde_json::from_str(text) {
                        Ok(frame) => self.customer(frame),
                        Err(error) => {
                            self.record
                                .leaks
                                .push(format!("a frame that no customer should get: {error}"));
                            Step::Fine
                        }
                    },
                };
                if matches!(step, Step::Gap) {
                    self.record.holes += 1;
                    tracing::warn!(
                        member = self.member.name,
                        "an event came beyond the next one"
                    );
                    return self.subscribe(link).await;
                }
                Ok(())
            }
            // Unknown server frames are ignored: that is how the protocol grows.
            Some(_) => Ok(()),
            None => Err(LinkError::Protocol(format!(
                "a frame without a type: {text}"
            ))),
        }
    }

    async fn take_common(&mut self, frame: CommonFrame, link: &mut Link) -> Result<(), LinkError> {
        match frame {
            CommonFrame::Ack { key, seq, .. } => self.settle(&key, Fate::Acked(seq.get())),
            CommonFrame::Ping { heads } => {
                link.send(&ClientFrame::Pong).await?;
                let behind = |seq: Seq| self.position.is_none_or(|position| position.seq() < seq);
                if heads
                    .iter()
                    .any(|head| head.ticket == self.member.ticket && behind(head.seq))
                {
                    self.subscribe(link).await?;
                }
            }
            CommonFrame::Reset { .. } => {
                self.start_over();
                self.subscribe(link).await?;
            }
            CommonFrame::Error {
                id,
                code,
                retry_after_ms,
                ..
            } => {
                let wait = retry_after_ms.map_or(RETRY_AFTER, Duration::from_millis);
                if id.is_some() && id == self.subscribing {
                    if !code.is_passing() {
                        return Err(LinkError::Protocol(format!(
                            "subscribe was refused with {code}"
                        )));
                    }
                    self.subscribing = None;
                    tokio::time::sleep(wait).await;
                    self.subscribe(link).await?;
                } else if let Some(n) = self
                    .outbox
                    .iter()
                    .position(|pending| pending.id.is_some() && pending.id == id)
                {
                    if code.is_passing() {
                        self.record.asked_to_retry = true;
                        self.outbox[n].again_at = Instant::now() + wait;
                    } else if code.ends_with_connection() {
                        // Sent again after the next `welcome`, which forgets all ids.
                        tracing::warn!(member = self.member.name, %code, "a send is held until another connection");
                        self.outbox[n].again_at = Instant::now() + HELD;
                    } else {
                        tracing::warn!(member = self.member.name, %code, "a send was refused");
                        let key = self.outbox[n].outgoing.key.clone();
                        self.settle(&key, Fate::Refused);
                    }
                }
            }
            CommonFrame::Bye { retry_after_ms, .. } => {
                self.bye = Some(Duration::from_millis(retry_after_ms))
            }
            CommonFrame::Welcome { .. } | CommonFrame::Ok { .. } => {}
        }
        Ok(())
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

    fn staff(&mut self, frame: StaffFrame) -> Step {
        match frame {
            StaffFrame::Subscribed {
                id,
                ticket,
                epoch,
                head,
                events,
                more,
                reset,
                ..
            } => {
                let rows = events.into_iter().map(of_staff).collect();
                self.page(
                    PageHead {
                        id,
                        ticket,
                        epoch,
                        head,
                        more,
                        reset,
                    },
                    rows,
                )
            }
            StaffFrame::Event(event) if event.ticket == self.member.ticket => {
                self.apply(of_staff(event), Way::Live)
            }
            StaffFrame::Event(event) => self.foreign(event.ticket, "an event"),
            StaffFrame::Typing { .. }
            | StaffFrame::Presence { .. }
            | StaffFrame::Read { .. }
            | StaffFrame::Inbox { .. } => Step::Fine,
        }
    }

    fn customer(&mut self, frame: CustomerFrame) -> Step {
        match frame {
            CustomerFrame::Subscribed {
                id,
                ticket,
                epoch,
                head,
                events,
                more,
                reset,
                ..
            } => {
                let rows = events.into_iter().map(of_customer).collect();
                self.page(
                    PageHead {
                        id,
                        ticket,
                        epoch,
                        head,
                        more,
                        reset,
                    },
                    rows,
                )
            }
            CustomerFrame::Event(event) if event.ticket == self.member.ticket => {
                self.apply(of_customer(event), Way::Live)
            }
            CustomerFrame::Event(event) => self.foreign(event.ticket, "an event"),
            CustomerFrame::Typing { .. } | CustomerFrame::Read { .. } => Step::Fine,
        }
    }

    /// This member asked for one ticket.
    fn foreign(&mut self, ticket: TicketId, what: &str) -> Step {
        self.record.foreign.push(format!("{what} of {ticket}"));
        Step::Fine
    }

    fn page(&mut self, page: PageHead, rows: Vec<Arrival>) -> Step {
        if page.ticket != self.member.ticket {
            return self.foreign(page.ticket, "a page");
        }
        if page.reset {
            self.start_over();
        }
        if self.subscribing == Some(page.id) && !page.more {
            self.subscribing = None;
        }
        self.epoch = Some(page.epoch);
        if self.position.is_none() {
            let base = rows
                .first()
                .map_or(page.head.get(), |row| row.seq.get() - 1);
            self.record.base = base;
            self.position = Some(Position::at(Seq::new(base)));
            if !std::mem::replace(&mut self.joined, true) {
                self.run.joined.fetch_add(1, Ordering::Relaxed);
            }
        }
        for row in rows {
            if let Step::Gap = self.apply(row, Way::Page) {
                return Step::Gap;
            }
        }
        if page.more {
            return Step::Fine;
        }
        if let Some((since, told)) = self.lost.take() {
            self.run.samples.served_again(since, told, self.member.lane);
        }
        Step::Fine
    }

    fn apply(&mut self, arrival: Arrival, way: Way) -> Step {
        let Arrival {
            seq,
            at_micros,
            row,
            change,
        } = arrival;
        // Before the first page nothing counts: it will be in that page or come after it.
        let Some(position) = self.position.as_mut() else {
            return Step::Fine;
        };
        match position.observe(seq) {
            Place::Duplicate => self.record.repeats += 1,
            Place::Gap { .. } => return Step::Gap,
            Place::InOrder => {
                // What plain SQL holds open is dated by its statement, not by its commit: no measure of delivery.
                if row.kind != helpline_core::history::Kind::CategoryChanged {
                    self.run.samples.seen(at_micros, way, self.member.lane);
                }
                if let Some((facet, value)) = change {
                    self.record.state.insert(facet, value);
                }
                self.record.rows.push((seq.get(), row));
                self.record.dated.push(at_micros);
                self.record.arrived.push((seq.get(), Instant::now()));
            }
        }
        Step::Fine
    }

    fn start_over(&mut self) {
        self.record.resets += 1;
        let (rows, dated) = (
            std::mem::take(&mut self.record.rows),
            std::mem::take(&mut self.record.dated),
        );
        self.record.earlier.push(Seen {
            base: self.record.base,
            rows,
            dated,
        });
        self.record.state.clear();
        self.position = None;
        self.epoch = None;
        self.subscribing = None;
    }
}

struct PageHead {
    id: u64,
    ticket: TicketId,
    epoch: String,
    head: Seq,
    more: bool,
    reset: bool,
}

enum Step {
    Fine,
    Gap,
}

/// One event as it arrived.
struct Arrival {
    seq: Seq,
    /// When the database says that it happened.
    at_micros: i64,
    row: Row,
    /// What it changes of the ticket's state.
    change: Option<(Facet, Option<String>)>,
}

fn of_staff(event: StaffEvent) -> Arrival {
    let change = Facet::of(event.kind).map(|facet| (facet, event.new_value));
    let row = row(
        event.kind,
        event.message.map(|message| (message.key, message.body)),
    );
    Arrival {
        seq: event.seq,
        at_micros: event.at.timestamp_micros(),
        row,
        change,
    }
}

fn of_customer(event: CustomerEvent) -> Arrival {
    let change = Facet::of(event.kind).map(|facet| (facet, event.new_value));
    let row = row(
        event.kind,
        event.message.map(|message| (message.key, message.body)),
    );
    Arrival {
        seq: event.seq,
        at_micros: event.at.timestamp_micros(),
        row,
        change,
    }
}

fn row(kind: helpline_core::history::Kind, message: Option<(Option<Key>, String)>) -> Row {
    let (key, body) = message.map_or((None, None), |(key, body)| (key, Some(body)));
    Row {
        kind,
        key: key.map(|key| key.as_str().to_owned()),
        body,
    }
}

/// The frame's `type`; read off its usual place, or found wherever it stands.
fn word(text: &str) -> Option<Cow<'_, str>> {
    #[derive(serde::Deserialize)]
    struct Tag {
        #[serde(rename = "type")]
        word: String,
    }
    let first = text
        .strip_prefix("{\"type\":\"")
        .and_then(|rest| Some(Cow::Borrowed(rest.get(..rest.find('"')?)?)));
    first.or_else(|| Some(Cow::Owned(serde_json::from_str::<Tag>(text).ok()?.word)))
}
