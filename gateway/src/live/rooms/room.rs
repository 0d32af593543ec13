//! One ticket's room: one order in, the same order out at every door.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::extract::ws::Utf8Bytes;
use helpline_core::actor::Audience;
use helpline_core::history::{Observed, Position};
use helpline_core::ids::{Seq, TicketId, UserId};
use helpline_core::limits;
use helpline_core::protocol::Viewer;
use helpline_persistence::history::Heads;
use parking_lot::Mutex;

use crate::connections::registry::{Connection, Subscription};
use crate::connections::send_queue::Wakes;
use crate::live::frames::{Aside, Encoded};
use crate::runtime::failpoint::sabotaged;

/// A room.
pub struct Room {
    /// Whose history it hands on.
    pub ticket: TicketId,
    state: Mutex<State>,
}

struct State {
    /// The last row handed on, in the staff's numbering, which every row has.
    position: Position,
    /// Rows that came before the one before them.
    early: BTreeMap<Seq, Arc<Encoded>>,
    /// Whether somebody is already fetching what is missing.
    healing: bool,
    /// Room for two at first: as many as most have.
    members: Vec<Member>,
}

struct Member {
    connection: Arc<Connection>,
    /// The connection's, once more: who is left out is found without a visit to each connection.
    person: UserId,
    audience: Audience,
    stage: Stage,
    /// The last number handed to it, shared with its connection for the ping's heads.
    handed: Arc<AtomicU64>,
}

enum Stage {
    /// Reads the log; what comes meanwhile waits here. `overflowed`: more came than the buffer holds, the log must be read once more.
    Joining { buffer: Vec<Arc<Encoded>>, overflowed: bool },
    /// Is handed every row as it comes.
    Live(Position),
}

/// What came of an attempt to go live at the end of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caught {
    /// The member is live.
    Up,
    /// More has happened than was kept: read the log once more.
    NotYet,
    /// The member is not in the room any more.
    Gone,
}

impl Room {
    pub(crate) fn new(ticket: TicketId) -> Self {
        let state = State { position: Position::at(Seq::ZERO), early: BTreeMap::new(), healing: false, members: Vec::with_capacity(2) };
        Self { ticket, state: Mutex::new(state) }
    }

    /// Adds a joining member, in place of an earlier subscription of the same connection. The first member brings the room's position:
    /// rows up to `heads` are the log's business.
    pub(crate) fn enter(&self, connection: &Arc<Connection>, audience: Audience, heads: &Heads) {
        let mut state = self.state.lock();
        if state.members.is_empty() {
            state.position = Position::at(heads.seq);
        }
        state.members.retain(|member| member.connection.id != connection.id);
        let handed = Arc::new(AtomicU64::new(0));
        let subscription = Subscription { audience, position: Arc::clone(&handed), pinged: 0 };
        connection.subscriptions.lock().insert(self.ticket, subscription);
        let stage = Stage::Joining { buffer: Vec::new(), overflowed: false };
        let person = connection.person.id;
        state.members.push(Member { connection: Arc::clone(connection), person, audience, stage, handed });
    }

    /// Removes a member; true when nobody is left.
    pub(crate) fn leave(&self, connection: &Connection) -> bool {
        let mut state = self.state.lock();
        state.members.retain(|member| member.connection.id != connection.id);
        state.members.is_empty()
    }

    /// Hands a row on, in its order. True: rows are missing before it and nobody fetches them yet; the caller must.
    pub(crate) fn deliver(&self, event: &Arc<Encoded>, wakes: &mut Wakes) -> bool {
        let mut state = self.state.lock();
        if sabotaged("reorder-buffer-off") && event.seq > state.position.seq() {
            state.position = Position::at(Seq::new(event.seq.get() - 1));
        }
        match state.position.observe(event.seq) {
            Observed::Duplicate => false,
            Observed::InOrder => {
                state.hand_on(event, wakes);
                while let Some(next) = state.next_early() {
                    state.hand_on(&next, wakes);
                }
                false
            }
            Observed::Gap { .. } => {
                metrics::counter!("helpline_early_events_total").increment(1);
                if state.early.len() < limits::EARLY_EVENTS_MAX {
                    state.early.insert(event.seq, Arc::clone(event));
                }
                !std::mem::replace(&mut state.healing, true)
            }
        }
    }

    /// Tries to make a joining member live, after it has been handed the log up to `seen` (its own numbering): merges what came meanwhile
    /// if that continues the log without a hole.
    pub fn go_live(&self, connection: &Connection, seen: Seq, last_page: impl FnOnce()) -> Caught {
        let mut state = self.state.lock();
        let Some(member) = state.members.iter_mut().find(|member| member.connection.id == connection.id) else {
            return Caught::Gone;
        };
        let Stage::Joining { buffer, overflowed } = &mut member.stage else { return Caught::Gone };
        let mut position = Position::at(seen);
        let rest: Vec<_> = std::mem::take(buffer)
            .into_iter()
            .filter(|event| event.for_audience(member.audience).is_some_and(|(seq, _)| seq > seen))
            .collect();
        let contiguous = rest.iter().all(|event| {
            let seq = event.for_audience(member.audience).map(|(seq, _)| seq);
            seq.is_some_and(|seq| position.observe(seq) == Observed::InOrder)
        });
        if std::mem::take(overflowed) || !contiguous {
            return Caught::NotYet;
        }
        last_page();
        for (_, json) in rest.iter().filter_map(|event| event.for_audience(member.audience)) {
            member.connection.outbox.push(json.clone());
        }
        member.handed.store(position.seq().get(), Ordering::Relaxed);
        member.stage = Stage::Live(position);
        Caught::Up
    }

    /// Sends what is no history row to the live members, but for one person.
    pub(crate) fn tell<F>(&self, aside: &Aside<F>, except: Option<UserId>, wakes: &mut Wakes)
    where
        F: Fn(Audience) -> Option<Utf8Bytes>,
    {
        for member in &self.state.lock().members {
            let live = matches!(member.stage, Stage::Live(_));
            if live
                && except != Some(member.person)
                && let Some(frame) = aside.for_audience(member.audience)
            {
                member.connection.outbox.push_before(frame.clone(), wakes);
            }
        }
    }

    /// The staff in the room, each once, by id.
    pub(crate) fn viewers(&self) -> Vec<Viewer> {
        let state = self.state.lock();
        let mut staff: Vec<_> = state.members.iter().filter(|member| member.audience == Audience::Staff).collect();
        staff.sort_unstable_by_key(|member| (member.person, member.connection.id));
        // Before the names are copied: who has many windows is many members.
        staff.dedup_by_key(|member| member.person);
        staff.into_iter().map(|member| Viewer { id: member.person, name: member.connection.person.name.clone() }).collect()
    }

    /// The last row handed on.
    pub fn position(&self) -> Seq {
        self.state.lock().position.seq()
    }

    /// Begins anew at these heads: live members are told to subscribe afresh and are out, all under one lock, so that nobody leaves
    /// untold and nobody who has subscribed afresh is thrown out. Joining ones read the new log anyway.
    pub(crate) fn restart(&self, heads: &Heads, staff: &Utf8Bytes, customer: &Utf8Bytes) {
        let mut state = self.state.lock();
        state.position = Position::at(heads.seq);
        state.early.clear();
        state.members.retain_mut(|member| match &mut member.stage {
            Stage::Joining { buffer, overflowed } => {
                buffer.clear();
                *overflowed = true;
                true
            }
            Stage::Live(_) => {
                let told = match member.audience {
                    Audience::Staff => staff,
                    Audience::Customer => customer,
                };
                member.connection.outbox.push(told.clone());
                let mut subscriptions = member.connection.subscriptions.lock();
                if subscriptions.get(&self.ticket).is_some_and(|own| Arc::ptr_eq(&own.position, &member.handed)) {
                    subscriptions.remove(&self.ticket);
                }
                false
            }
        });
    }

    /// Whether nobody is in it.
    pub(crate) fn is_empty(&self) -> bool {
        self.state.lock().members.is_empty()
    }

    /// The gap at the front, if one is left: the place to read on from. None ends the healing.
    pub(crate) fn gap(&self) -> Option<Seq> {
        let mut state = self.state.lock();
        let position = state.position.seq();
        state.early.retain(|seq, _| *seq > position);
        if state.early.is_empty() || state.members.is_empty() {
            state.healing = false;
            return None;
        }
        Some(position)
    }

    /// The record has no rows after the position: what waits early belongs to no history that exists.
    pub(crate) fn forget_early(&self, up_to: Seq) {
        let mut state = self.state.lock();
        if state.position.seq() == up_to {
            state.early.clear();
        }
    }
}

impl State {
    fn next_early(&mut self) -> Option<Arc<Encoded>> {
        let next = self.position.seq().next();
        let event = self.early.remove(&next)?;
        self.position.observe(next);
        Some(event)
    }

    fn hand_on(&mut self, event: &Arc<Encoded>, wakes: &mut Wakes) {
        debug_assert_eq!(self.position.seq(), event.seq, "a row is handed on when the position has come to it");
        for member in &mut self.members {
            let Some((seq, json)) = event.for_audience(member.audience) else {
                if let Some((_, json)) = event.for_audience(Audience::Staff).filter(|_| sabotaged("note-to-customers")) {
                    member.connection.outbox.push(json.clone());
                }
                continue;
            };
            if let Stage::Live(position) = &mut member.stage
                && sabotaged("reorder-buffer-off")
            {
                *position = Position::at(Seq::new(seq.get() - 1));
            }
            match &mut member.stage {
                Stage::Joining { buffer, overflowed } => {
                    if buffer.len() < limits::JOIN_BUFFER_EVENTS_MAX {
                        buffer.push(Arc::clone(event));
                    } else {
                        *overflowed = true;
                    }
                }
                Stage::Live(position) => match position.observe(seq) {
                    Observed::InOrder => {
                        member.handed.store(seq.get(), Ordering::Relaxed);
                        if !(sabotaged("drop-on-full-outbox") && member.connection.outbox.is_waiting()) {
                            member.connection.outbox.push_before(json.clone(), wakes);
                        }
                    }
                    Observed::Duplicate => {}
                    Observed::Gap { .. } => {
                        // A live member continues the room without a hole, by construction. Should that ever fail, the member is cut off
                        // and resumes from the record: never a silent hole.
                        debug_assert!(false, "a live member has a hole before {seq}");
                        tracing::error!(ticket = %event.ticket, "a live member had a hole; cutting it off");
                        let ending = crate::connections::send_queue::Ending::Now(helpline_core::reject::CloseCode::TooSlow);
                        member.connection.outbox.end(ending);
                    }
                },
            }
        }
    }
}
