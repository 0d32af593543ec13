//! The room of one ticket. It accepts events in any order and passes them to every member in `seq`
//! order.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::ws::Utf8Bytes;
use chrono::Utc;
use helpline_core::actor::Audience;
use helpline_core::history::{Observed, Position};
use helpline_core::ids::{Seq, TicketId, UserId};
use helpline_core::limits;
use helpline_core::protocol::Viewer;
use helpline_core::reject::CloseCode;
use helpline_persistence::history::Heads;
use parking_lot::Mutex;

use super::member::{Member, MemberPosition, Stage};
use crate::connections::{Connection, Disconnect, WakeList};
use crate::live::frames::{EncodedEvent, Ephemeral};
use crate::runtime::failpoint::sabotaged;

/// The members of one ticket on this instance, and how far its events have been passed on.
pub struct Room {
    /// The ticket whose events the room passes on.
    pub ticket: TicketId,
    state: Mutex<State>,
}

struct State {
    /// The last event passed on, in the staff numbering, which counts all events including internal
    /// notes.
    position: Position,
    /// Events that arrived before their predecessor, keyed by number.
    early: BTreeMap<Seq, Arc<EncodedEvent>>,
    /// Whether a task is already reading the missing events.
    is_filling: bool,
    /// The members of the room. The vector starts with capacity for two, which is enough for most
    /// rooms.
    members: Vec<Member>,
}

/// A room with missing events. The holder must start a task that reads them.
#[must_use]
pub struct Gap(Arc<Room>);

impl Gap {
    /// Returns the room whose events are missing.
    pub fn into_room(self) -> Arc<Room> {
        self.0
    }
}

/// The result of an attempt to make a joining member live after a page of the history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GoLive {
    /// The member is live.
    Live,
    /// The member is not live yet. Too many events arrived for its buffer, or an event is missing
    /// between the page and the buffer. The history must be read again.
    Behind,
    /// The member was removed from the room, or was live already.
    Left,
}

impl Room {
    pub(super) fn new(ticket: TicketId) -> Self {
        let state = State {
            position: Position::at(Seq::ZERO),
            early: BTreeMap::new(),
            is_filling: false,
            members: Vec::with_capacity(2),
        };
        Self {
            ticket,
            state: Mutex::new(state),
        }
    }

    /// Adds a joining member. If the connection is already a member, its old membership is removed.
    /// If the room is empty, its position (last event passed on) is set to `heads`; the member
    /// reads the events up to that position from the database.
    pub(super) fn enter(
        &self,
        connection: &Arc<Connection>,
        audience: Audience,
        heads: &Heads,
    ) -> Arc<MemberPosition> {
        let mut state = self.state.lock();
        if state.members.is_empty() {
            state.position = Position::at(heads.seq);
        }
        state.remove(|member| member.connection.id == connection.id);
        let position = Arc::new(MemberPosition::default());
        let stage = Stage::Joining {
            buffer: Vec::new(),
            overflowed: false,
        };
        let person = connection.person.id;
        state.members.push(Member {
            connection: Arc::clone(connection),
            person,
            audience,
            stage,
            position: Arc::clone(&position),
        });
        position
    }

    /// Removes a member from the room. Returns true if no member is left.
    pub(super) fn leave(&self, position: &Arc<MemberPosition>) -> bool {
        let mut state = self.state.lock();
        state.remove(|member| Arc::ptr_eq(&member.position, position));
        state.members.is_empty()
    }

    /// Passes an event on to the members, in `seq` order. If events with lower numbers are missing,
    /// keeps the event and returns a gap, unless a task is already reading the missing events.
    pub fn deliver(
        self: &Arc<Self>,
        event: &Arc<EncodedEvent>,
        wakes: &mut WakeList,
    ) -> Option<Gap> {
        let mut state = self.state.lock();
        if sabotaged("reorder-buffer-off") && event.seq > state.position.seq() {
            state.position = Position::at(Seq::new(event.seq.get() - 1));
        }
        match state.position.observe(event.seq) {
            Observed::Duplicate => None,
            Observed::InOrder => {
                state.hand_on(event, wakes);
                while let Some(next) = state.next_early() {
                    state.hand_on(&next, wakes);
                }
                None
            }
            Observed::Gap { .. } => {
                metrics::counter!("helpline_early_events_total").increment(1);
                if state.early.len() < limits::EARLY_EVENTS_MAX {
                    state.early.insert(event.seq, Arc::clone(event));
                }
                let is_filling = std::mem::replace(&mut state.is_filling, true);
                (!is_filling).then(|| Gap(Arc::clone(self)))
            }
        }
    }

    /// Tries to make a joining member live. The member has received the history up to `seen`, in
    /// the numbering of its audience. If the buffered events continue the history without a gap,
    /// `last_page` runs and queues the last page, and the buffered events are queued after that
    /// page.
    pub fn go_live(
        &self,
        position: &Arc<MemberPosition>,
        seen: Seq,
        last_page: impl FnOnce(),
    ) -> GoLive {
        let mut state = self.state.lock();
        let Some(member) = state
            .members
            .iter_mut()
            .find(|member| Arc::ptr_eq(&member.position, position))
        else {
            return GoLive::Left;
        };
        let Stage::Joining { buffer, overflowed } = &mut member.stage else {
            return GoLive::Left;
        };
        let mut place = Position::at(seen);
        let rest: Vec<_> = std::mem::take(buffer)
            .into_iter()
            .filter(|event| {
                event
                    .for_audience(member.audience)
                    .is_some_and(|(seq, _)| seq > seen)
            })
            .collect();
        let contiguous = rest.iter().all(|event| {
            let seq = event.for_audience(member.audience).map(|(seq, _)| seq);
            seq.is_some_and(|seq| place.observe(seq) == Observed::InOrder)
        });
        if std::mem::take(overflowed) || !contiguous {
            return GoLive::Behind;
        }
        last_page();
        for (_, json) in rest
            .iter()
            .filter_map(|event| event.for_audience(member.audience))
        {
            member.connection.send_queue.push(json.clone());
        }
        member.position.hand(place.seq());
        member.stage = Stage::Live(place);
        GoLive::Live
    }

    /// Sends a frame that is not part of the history to all live members. The connections of the
    /// person `except` are skipped.
    pub(super) fn broadcast<F>(
        &self,
        news: &Ephemeral<F>,
        except: Option<UserId>,
        wakes: &mut WakeList,
    ) where
        F: Fn(Audience) -> Option<Utf8Bytes>,
    {
        for member in &self.state.lock().members {
            let live = matches!(member.stage, Stage::Live(_));
            if live
                && except != Some(member.person)
                && let Some(frame) = news.for_audience(member.audience)
            {
                member.connection.send_queue.push_with(frame.clone(), wakes);
            }
        }
    }

    /// The staff in the room, each person once, ordered by id.
    pub(super) fn viewers(&self) -> Vec<Viewer> {
        let state = self.state.lock();
        let mut staff: Vec<_> = state
            .members
            .iter()
            .filter(|member| member.audience == Audience::Staff)
            .collect();
        staff.sort_unstable_by_key(|member| (member.person, member.connection.id));
        // Remove duplicates (a person with several windows is several members) before names are
        // copied.
        staff.dedup_by_key(|member| member.person);
        staff
            .into_iter()
            .map(|member| Viewer {
                id: member.person,
                name: member.connection.person.name.clone(),
            })
            .collect()
    }

    /// The number of the last event that the room has passed on.
    pub fn position(&self) -> Seq {
        self.state.lock().position.seq()
    }

    /// Sets the room's position to `heads` (the ticket's last event numbers). Live members receive
    /// a `reset` frame and are removed, both under one lock. So every removed member gets the
    /// frame, and a member that has just subscribed again is not removed. Joining members stay:
    /// their buffers are emptied, and they read the history again.
    pub(super) fn restart(&self, heads: &Heads, staff: &Utf8Bytes, customer: &Utf8Bytes) {
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
                let reset = match member.audience {
                    Audience::Staff => staff,
                    Audience::Customer => customer,
                };
                // End the membership before queueing the `reset` frame, so that it has ended when
                // the client reacts to the frame.
                member.position.put_out();
                member.connection.send_queue.push(reset.clone());
                false
            }
        });
    }

    pub(super) fn is_empty(&self) -> bool {
        self.state.lock().members.is_empty()
    }

    /// The number after which the missing events must be read. Returns `None` if no events are
    /// missing or the room has no members; the task that fills the gap then ends.
    pub(in crate::live) fn gap(&self) -> Option<Seq> {
        let mut state = self.state.lock();
        let position = state.position.seq();
        state.early.retain(|seq, _| *seq > position);
        if state.early.is_empty() || state.members.is_empty() {
            state.is_filling = false;
            return None;
        }
        Some(position)
    }

    /// Drops the events that arrived before their predecessors, if the room's position (last event
    /// passed on) is still `up_to`. The caller found no events after `up_to` in the database, so
    /// the dropped events belong to a history that no longer exists.
    pub(in crate::live) fn forget_early(&self, up_to: Seq) {
        let mut state = self.state.lock();
        if state.position.seq() == up_to {
            state.early.clear();
        }
    }
}

impl State {
    fn remove(&mut self, is_it: impl Fn(&Member) -> bool) {
        self.members.retain(|member| {
            let leaves = is_it(member);
            if leaves {
                member.position.put_out();
            }
            !leaves
        });
    }

    fn next_early(&mut self) -> Option<Arc<EncodedEvent>> {
        let next = self.position.seq().next();
        let event = self.early.remove(&next)?;
        self.position.observe(next);
        Some(event)
    }

    fn hand_on(&mut self, event: &Arc<EncodedEvent>, wakes: &mut WakeList) {
        debug_assert_eq!(
            self.position.seq(),
            event.seq,
            "the position must have reached an event before it is passed on"
        );
        let mut is_handed = false;
        for member in &mut self.members {
            let Some((seq, json)) = event.for_audience(member.audience) else {
                if let Some((_, json)) = event
                    .for_audience(Audience::Staff)
                    .filter(|_| sabotaged("note-to-customers"))
                {
                    member.connection.send_queue.push(json.clone());
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
                        member.position.hand(seq);
                        is_handed = true;
                        if !(sabotaged("drop-on-full-send-queue")
                            && member.connection.send_queue.is_waiting())
                        {
                            member.connection.send_queue.push_with(json.clone(), wakes);
                        }
                    }
                    Observed::Duplicate => {}
                    Observed::Gap { .. } => {
                        // This cannot happen, because a live member gets every event in the room's
                        // order. If it does, close the connection so that the client resumes from
                        // the database. A client must never miss an event without noticing.
                        debug_assert!(false, "a live member has a hole before {seq}");
                        tracing::error!(ticket = %event.ticket, "an event is missing before a connection's next event; closing the connection, so that its client resumes");
                        member
                            .connection
                            .send_queue
                            .disconnect(Disconnect::Now(CloseCode::TooSlow));
                    }
                },
            }
        }
        // Record the delivery delay once per event instead of once per member.
        if let Some(at) = event.at.filter(|_| is_handed) {
            let seconds = (Utc::now() - at).as_seconds_f64().max(0.0);
            metrics::histogram!("helpline_delivery_seconds").record(seconds);
        }
    }
}
