//! The head of a history, and how far people have read in it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::messages::Read;
use super::{Head, JudgedEvent, JudgedTicket, ReadPosition};

pub(super) fn head(ticket: &JudgedTicket, events: &[JudgedEvent], now: DateTime<Utc>) -> Head {
    let last = |events: &mut dyn Iterator<Item = &JudgedEvent>| {
        let last = events.map(|event| event.created_at).max();
        last.unwrap_or(ticket.created_at)
            .min(now.max(ticket.created_at))
    };
    let mut public = events.iter().filter(|event| event.public_seq.is_some());
    Head {
        ticket_id: ticket.id,
        seq: events.last().map_or(0, |event| event.seq),
        public_seq: public
            .clone()
            .filter_map(|event| event.public_seq)
            .max()
            .unwrap_or(0),
        last_activity_at: last(&mut events.iter()),
        public_last_activity_at: last(&mut public),
        is_over: matches!(ticket.status, "resolved" | "closed"),
        waiting_since: waiting(ticket, events),
    }
}

/// Since when the customer waits for an answer.
fn waiting(ticket: &JudgedTicket, events: &[JudgedEvent]) -> Option<DateTime<Utc>> {
    if ticket.archived_at.is_some() {
        return None;
    }
    let mut since = None;
    for event in events {
        match (event.kind, event.actor_type) {
            ("created", _) | ("message_added", "customer") => {
                since = since.or(Some(event.created_at));
            }
            ("reopened", "customer") => since = Some(event.created_at),
            ("message_added", "admin") => since = None,
            _ => {}
        }
    }
    since
}

/// How far each person has read, who the source says has read a message.
pub(super) fn positions(
    ticket: &JudgedTicket,
    events: &[JudgedEvent],
    read: &[Read],
) -> Vec<ReadPosition> {
    let place: BTreeMap<Uuid, i64> = events
        .iter()
        .filter_map(|event| Some((event.message_id?, event.seq)))
        .collect();
    let mut furthest: BTreeMap<Uuid, i64> = BTreeMap::new();
    for read in read {
        if let Some(seq) = place.get(&read.message) {
            let own = furthest.entry(read.person).or_default();
            *own = (*own).max(*seq);
        }
    }
    let public_at = |seq: i64| {
        let seen = events.iter().filter(|event| event.seq <= seq);
        seen.filter_map(|event| event.public_seq).max().unwrap_or(0)
    };
    furthest
        .into_iter()
        .map(|(person_id, seq)| ReadPosition {
            ticket_id: ticket.id,
            person_id,
            seq,
            public_seq: public_at(seq),
        })
        .collect()
}
