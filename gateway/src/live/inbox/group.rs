//! A group of agent consoles with the same filter, and which ticket states they have received.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::ws::Utf8Bytes;
use helpline_core::ids::{Seq, TicketId, UserId};
use helpline_core::limits;
use helpline_core::protocol::{InboxFilter, StaffFrame, StaffTicket, TicketMoved, TicketStats};
use helpline_core::reject::CloseCode;

use crate::connections::{Connection, Disconnect};
use crate::live::frames::frame;

/// A hash of a ticket's state, without its list position and the fields that every message changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Fingerprint(u64);

/// A changed ticket to be sent to consoles, with its encoded size.
pub(super) struct TicketUpdate<'a> {
    pub(super) ticket: &'a StaffTicket,
    fingerprint: Fingerprint,
    bytes: usize,
    /// Encoded size of the ticket's last message. Both forms of the update (whole ticket or list
    /// position) contain the message.
    message_bytes: usize,
}

impl<'a> TicketUpdate<'a> {
    pub(super) fn of(ticket: &'a StaffTicket) -> Self {
        let placeless = StaffTicket {
            seq: Seq::ZERO,
            last_activity_at: ticket.created_at,
            last_message: None,
            waiting_since: None,
            ..ticket.clone()
        };
        let json = serde_json::to_vec(&placeless).expect("protocol types encode");
        let mut hasher = DefaultHasher::new();
        json.hash(&mut hasher);
        Self {
            ticket,
            fingerprint: Fingerprint(hasher.finish()),
            bytes: json.len(),
            message_bytes: serde_json::to_vec(&ticket.last_message)
                .expect("protocol types encode")
                .len(),
        }
    }

    /// Maximum bytes that the update adds to a frame. `is_known` means that all consoles know the
    /// ticket already, so that only its list position is sent.
    pub(super) const fn bytes(&self, is_known: bool) -> usize {
        if is_known {
            PLACE_BYTES + self.message_bytes
        } else {
            self.bytes + SEQ_DIGITS_MAX + self.message_bytes
        }
    }

    fn place(&self) -> TicketMoved {
        TicketMoved {
            id: self.ticket.id,
            seq: self.ticket.seq,
            last_activity_at: self.ticket.last_activity_at,
            last_message: self.ticket.last_message.clone(),
            waiting_since: self.ticket.waiting_since,
        }
    }
}

/// Maximum size, in bytes of JSON, of the fields that say where a ticket belongs in a console's
/// list. The text of the ticket's last message does not count.
const PLACE_BYTES: usize = 192;
/// Maximum bytes that a ticket's `seq` and the separating comma add to a frame. The encoded size of
/// a ticket is measured with `seq` 0 and without the comma.
const SEQ_DIGITS_MAX: usize = 20;

/// The agent consoles that have set the same filter.
#[derive(Default)]
pub(super) struct Group {
    settled: Cohort,
    /// Consoles that were added recently. They receive a ticket as a whole even if the settled
    /// consoles (which were added earlier) already know the ticket and receive only its new list
    /// position.
    newcomers: Cohort,
    newest_at: Option<Instant>,
    /// Tickets that matched the filter when they were last sent. When such a ticket stops matching,
    /// it is sent once more so that consoles remove it from their lists.
    shown: HashSet<TicketId>,
    /// How many tickets were sent because they stopped matching the filter, since `shown` was last
    /// cleared. They count toward [`limits::INBOX_KNOWN_MAX`], because consoles remember these
    /// tickets too.
    gone: usize,
}

/// Consoles of a group that have all received the same ticket states.
#[derive(Default)]
struct Cohort {
    consoles: Vec<Arc<Connection>>,
    /// The fingerprint of each ticket as these consoles last received it. As long as the
    /// fingerprint is unchanged, only the ticket's list position is sent.
    known: HashMap<TicketId, Fingerprint>,
}

impl Group {
    pub(super) fn is_empty(&self) -> bool {
        self.settled.consoles.is_empty() && self.newcomers.consoles.is_empty()
    }

    pub(super) fn enter(&mut self, console: &Arc<Connection>) {
        self.newcomers.consoles.push(Arc::clone(console));
        self.newcomers.known.clear();
        self.newest_at = Some(Instant::now());
    }

    pub(super) fn leave(&mut self, console: &Connection) {
        self.settled.consoles.retain(|other| other.id != console.id);
        self.newcomers
            .consoles
            .retain(|other| other.id != console.id);
    }

    /// Closes the connections of all consoles in the group, after their queued frames are written.
    pub(super) fn disconnect(&self, code: CloseCode) {
        for console in self.settled.consoles.iter().chain(&self.newcomers.consoles) {
            console.send_queue.disconnect(Disconnect::AfterDrain(code));
        }
    }

    /// The tickets that the consoles of this group show in their lists.
    pub(super) fn shown(&self) -> impl Iterator<Item = TicketId> {
        self.shown.iter().copied()
    }

    /// Whether all consoles of the group already know the ticket, so that sending its new list
    /// position is enough.
    pub(super) fn knows(&self, change: &TicketUpdate) -> bool {
        [&self.settled, &self.newcomers].iter().all(|cohort| {
            cohort.consoles.is_empty()
                || cohort.known.get(&change.ticket.id) == Some(&change.fingerprint)
        })
    }

    /// Sends the ticket updates that match the filter, and the desk's ticket statistics if `stats`
    /// is given.
    pub(super) fn send(
        &mut self,
        filter: &InboxFilter,
        changes: &[TicketUpdate],
        stats: Option<TicketStats>,
    ) {
        if self
            .newest_at
            .is_some_and(|at| at.elapsed() >= Duration::from_millis(limits::INBOX_SETTLE_MS))
        {
            self.settle();
        }
        let shown: Vec<_> = changes
            .iter()
            .filter(|change| self.shows(filter, change.ticket))
            .collect();
        if shown.is_empty() && stats.is_none() {
            return;
        }
        self.settled.send(&shown, stats);
        self.newcomers.send(&shown, stats);
    }

    /// Merges the newcomers (consoles that were added recently) into the settled consoles. A
    /// ticket whose state differs between newcomers and settled consoles is sent as a whole at its
    /// next change.
    fn settle(&mut self) {
        let newcomers = std::mem::take(&mut self.newcomers);
        self.newest_at = None;
        if self.settled.consoles.is_empty() {
            self.settled = newcomers;
            return;
        }
        self.settled
            .known
            .retain(|ticket, form| newcomers.known.get(ticket) == Some(form));
        self.settled.consoles.extend(newcomers.consoles);
    }

    fn shows(&mut self, filter: &InboxFilter, ticket: &StaffTicket) -> bool {
        if !filter.matches(ticket) {
            let left = self.shown.remove(&ticket.id);
            self.gone += usize::from(left);
            return left;
        }
        if self.shown.len() + self.gone >= limits::INBOX_KNOWN_MAX
            && !self.shown.contains(&ticket.id)
        {
            self.shown.clear();
            self.gone = 0;
            self.settled.known.clear();
            self.newcomers.known.clear();
        }
        self.shown.insert(ticket.id);
        true
    }
}

impl Cohort {
    fn send(&mut self, changes: &[&TicketUpdate], stats: Option<TicketStats>) {
        if self.consoles.is_empty() {
            return;
        }
        let mut news = News::default();
        for change in changes {
            let owner = change.ticket.user_id;
            if self.known.insert(change.ticket.id, change.fingerprint) == Some(change.fingerprint) {
                news.moved.push((owner, change.place()));
            } else {
                news.tickets.push((owner, change.ticket.clone()));
            }
        }
        let whole = news.frame_for(None, stats);
        self.consoles.retain(|console| {
            let person = console.actor().user;
            let frame = if news.owners().any(|owner| owner == person) {
                news.frame_for(Some(person), stats)
            } else {
                whole.clone()
            };
            frame.is_none_or(|frame| console.send_queue.push(frame))
        });
    }
}

/// The content of one `inbox` frame. Each ticket is paired with its owner (the customer).
#[derive(Default)]
struct News {
    tickets: Vec<(UserId, StaffTicket)>,
    moved: Vec<(UserId, TicketMoved)>,
}

impl News {
    fn owners(&self) -> impl Iterator<Item = UserId> {
        let tickets = self.tickets.iter().map(|(owner, _)| *owner);
        tickets.chain(self.moved.iter().map(|(owner, _)| *owner))
    }

    /// Encodes the frame for a person, without tickets that this person owns as a customer. A
    /// ticket's event number and time in the frame change with every internal note, which the
    /// ticket's owner must not notice. Returns `None` if nothing is left to send, because even an
    /// empty frame would reveal a change.
    fn frame_for(&self, person: Option<UserId>, stats: Option<TicketStats>) -> Option<Utf8Bytes> {
        let foreign = |owner: &UserId| Some(*owner) != person;
        let tickets: Vec<_> = self
            .tickets
            .iter()
            .filter(|(owner, _)| foreign(owner))
            .map(|(_, ticket)| ticket.clone())
            .collect();
        let moved: Vec<_> = self
            .moved
            .iter()
            .filter(|(owner, _)| foreign(owner))
            .map(|(_, place)| place.clone())
            .collect();
        let is_news = !tickets.is_empty() || !moved.is_empty() || stats.is_some();
        is_news.then(|| {
            frame(&StaffFrame::Inbox {
                tickets,
                moved,
                stats,
            })
        })
    }
}
