//! Brings a joining member up to date: sends pages of the ticket's history as `subscribed` frames.
//! The catch-up is complete when the events that the room has buffered continue the last page
//! without a gap.

use std::sync::Arc;

use axum::extract::ws::Utf8Bytes;
use helpline_core::actor::Audience;
use helpline_core::ids::{Seq, TicketId};
use helpline_core::limits;
use helpline_core::protocol::{
    CustomerEvent, CustomerFrame, CustomerRead, StaffEvent, StaffFrame, StaffRead, Viewer,
};
use helpline_persistence::StoreError;
use helpline_persistence::history::{self, Page, Span};
use helpline_persistence::reads::{ReadPosition, TicketPosition};
use serde::Serialize;

use super::state::Joining;
use crate::connections::Connection;
use crate::live::frames::frame;
use crate::live::rooms::{GoLive, MemberPosition, Room};
use crate::runtime::failpoint::sabotaged;

/// The data for the catch-up of one member: sending it the history that it has missed.
pub(super) struct CatchUp<'a> {
    pub joining: &'a Joining,
    /// The maximum number of events to replay for a client that resumes. If the client has missed
    /// more events, it starts over with the latest page.
    pub replay_events_max: u64,
    pub connection: &'a Connection,
    pub room: &'a Room,
    /// The member's position object, which identifies the member in the room.
    pub position: &'a Arc<MemberPosition>,
    pub ticket: TicketId,
    /// The id of the client's `subscribe` frame, repeated in the responses.
    pub id: u64,
    pub audience: Audience,
    /// The ticket's heads and read positions, read after the room began to buffer events.
    pub ticket_position: Arc<TicketPosition>,
}

/// The next page to send. `seen` is the number of the last event that the member has received once
/// this page is sent. `reset` is true if the client must start over.
struct Step {
    page: AnyPage,
    seen: Seq,
    reset: bool,
}

impl CatchUp<'_> {
    /// Sends pages of the history until the member is live or its connection ends.
    pub(super) async fn run(
        &self,
        after: Option<Seq>,
        epoch: Option<String>,
    ) -> Result<(), StoreError> {
        // Read the epoch before the events, and send it with the events. A client that disconnects
        // later resumes with this epoch. If the epoch were newer than the events, the client would
        // mistake events of an older history for events of the new one.
        let mut epoch_now = self.joining.epoch.for_audience(self.audience);
        // If the client sends no epoch, only its `after` number is compared with the ticket's head.
        let after = if sabotaged("resume-one-too-late") {
            after.map(Seq::next)
        } else {
            after
        };
        let resumes = after.filter(|_| epoch.is_none_or(|epoch| epoch == epoch_now));
        let mut step = match resumes {
            // The client has all events. This is the usual case when clients reconnect after a
            // server restart.
            Some(after) if after == self.head() => Step {
                page: AnyPage::empty(self.audience, after),
                seen: after,
                reset: false,
            },
            Some(after) => self.resume(after).await?,
            None => self.latest(after.is_some()).await?,
        };
        let mut reads = self.ticket_position.reads.as_slice();
        loop {
            crate::runtime::failpoint::hit("during-catch-up");
            let Step { page, seen, reset } = step;
            let head = page.head();
            if reset {
                // A client that starts over discards all read positions that it has received, so
                // send the read positions again.
                reads = self.ticket_position.reads.as_slice();
            }
            // Take the chunks (each fits into one frame) out of the page one at a time, so that
            // memory is freed while a slow client reads. Read positions are sent only once, after
            // the events of the first page.
            let viewers = self.joining.presence.viewers(self.ticket);
            let mut chunks = page.into_chunks(std::mem::take(&mut reads), viewers);
            let last = chunks.len() - 1;
            let flags = |n, more| Flags {
                reset: reset && n == 0,
                more,
            };
            for n in 0..last {
                let chunk = chunks.take(n);
                self.push(self.frame(chunk, flags(n, true), head, epoch_now.clone()))
                    .await;
            }
            let end = chunks.take(last);
            if seen >= head {
                self.connection.send_queue.room_for_page().await;
                let end = end
                    .clone()
                    .with_viewers(self.joining.presence.viewers(self.ticket));
                let end = self.frame(end, flags(last, false), head, epoch_now.clone());
                // The last chunk of the history page and the buffered events are queued while the
                // room is locked, so that no new event is queued between them.
                let went = self.room.go_live(self.position, seen, || {
                    self.connection.send_queue.push(end);
                });
                match went {
                    GoLive::Live | GoLive::Left => return Ok(()),
                    GoLive::Behind => {}
                }
            }
            self.push(self.frame(end, flags(last, true), head, epoch_now.clone()))
                .await;
            if self.connection.send_queue.disconnecting().is_some() {
                return Ok(());
            }
            let epoch_before = std::mem::replace(
                &mut epoch_now,
                self.joining.epoch.for_audience(self.audience),
            );
            step = if epoch_before == epoch_now {
                self.resume(seen).await?
            } else {
                self.latest(true).await?
            };
        }
    }

    fn head(&self) -> Seq {
        match self.audience {
            Audience::Staff => self.ticket_position.heads.seq,
            Audience::Customer => self.ticket_position.heads.public_seq,
        }
    }

    /// Reads the page of events after `after`. If `after` is beyond the ticket's head or too far
    /// behind it, reads the latest page instead and tells the client to start over.
    async fn resume(&self, after: Seq) -> Result<Step, StoreError> {
        let page = self
            .page(Span::After(after), limits::PAGE_EVENTS_MAX)
            .await?;
        let head = page.head().get();
        if head < after.get() || head - after.get() > self.replay_events_max {
            return self.latest(true).await;
        }
        let seen = page.last().unwrap_or(after);
        Ok(Step {
            page,
            seen,
            reset: false,
        })
    }

    async fn latest(&self, reset: bool) -> Result<Step, StoreError> {
        let page = self.page(Span::Before(None), limits::PAGE_EVENTS).await?;
        Ok(Step {
            seen: page.head(),
            page,
            reset,
        })
    }

    async fn page(&self, span: Span, limit: u32) -> Result<AnyPage, StoreError> {
        let _turn = self.joining.page_reads.acquire().await;
        let (store, reader) = (&self.joining.store, self.connection.reader(self.audience));
        Ok(match self.audience {
            Audience::Staff => AnyPage::Staff(
                history::page_for_staff(store, reader, self.ticket, span, limit).await?,
            ),
            Audience::Customer => AnyPage::Customer(
                history::page_for_customer(store, reader, self.ticket, span, limit).await?,
            ),
        })
    }

    async fn push(&self, frame: Utf8Bytes) {
        self.connection.send_queue.room_for_page().await;
        self.connection.send_queue.push(frame);
    }

    /// Encodes one chunk (part) of a history page as a `subscribed` frame.
    fn frame(&self, chunk: Chunk, flags: Flags, head: Seq, epoch: String) -> Utf8Bytes {
        let (id, ticket) = (self.id, self.ticket);
        let Flags { reset, more } = flags;
        match chunk {
            Chunk::Staff(Part { events, reads }, viewers) => frame(&StaffFrame::Subscribed {
                id,
                ticket,
                epoch,
                head,
                events,
                more,
                reset,
                viewers,
                reads,
            }),
            Chunk::Customer(Part { events, reads }) => frame(&CustomerFrame::Subscribed {
                id,
                ticket,
                epoch,
                head,
                events,
                more,
                reset,
                reads,
            }),
        }
    }
}

/// The `reset` flag (the client must start over) and the `more` flag (further frames follow) of a
/// `subscribed` frame.
struct Flags {
    reset: bool,
    more: bool,
}

/// A page of the history, with the events as staff or as customers see them.
enum AnyPage {
    Staff(Page<StaffEvent>),
    Customer(Page<CustomerEvent>),
}

/// A page and the data sent with it, split into parts that each fit into a frame. There is at least
/// one part. The viewers (staff who have the ticket open) are sent with the last part.
enum Chunks {
    Staff(Vec<Part<StaffEvent, StaffRead>>, Vec<Viewer>),
    Customer(Vec<Part<CustomerEvent, CustomerRead>>),
}

/// The part of a history page that is sent in one frame.
#[derive(Clone)]
enum Chunk {
    Staff(Part<StaffEvent, StaffRead>, Vec<Viewer>),
    Customer(Part<CustomerEvent, CustomerRead>),
}

/// The events and read positions of one `subscribed` frame.
#[derive(Clone)]
struct Part<E, R> {
    events: Vec<E>,
    reads: Vec<R>,
}

impl Chunk {
    fn with_viewers(self, viewers: Vec<Viewer>) -> Self {
        match self {
            Self::Staff(part, _) => Self::Staff(part, viewers),
            customer @ Self::Customer(_) => customer,
        }
    }
}

impl Chunks {
    /// Removes and returns the nth part, and leaves an empty part in its place.
    fn take(&mut self, n: usize) -> Chunk {
        let is_last = n + 1 == self.len();
        match self {
            Self::Staff(parts, viewers) => {
                let viewers = if is_last {
                    std::mem::take(viewers)
                } else {
                    Vec::new()
                };
                Chunk::Staff(std::mem::take(&mut parts[n]), viewers)
            }
            Self::Customer(parts) => Chunk::Customer(std::mem::take(&mut parts[n])),
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Staff(parts, _) => parts.len(),
            Self::Customer(parts) => parts.len(),
        }
    }
}

impl<E, R> Default for Part<E, R> {
    fn default() -> Self {
        Self {
            events: Vec::new(),
            reads: Vec::new(),
        }
    }
}

impl AnyPage {
    fn empty(audience: Audience, head: Seq) -> Self {
        match audience {
            Audience::Staff => Self::Staff(Page {
                events: Vec::new(),
                head,
            }),
            Audience::Customer => Self::Customer(Page {
                events: Vec::new(),
                head,
            }),
        }
    }

    fn head(&self) -> Seq {
        match self {
            Self::Staff(page) => page.head,
            Self::Customer(page) => page.head,
        }
    }

    fn last(&self) -> Option<Seq> {
        match self {
            Self::Staff(page) => page.events.last().map(|event| event.seq),
            Self::Customer(page) => page.events.last().map(|event| event.seq),
        }
    }

    fn into_chunks(self, positions: &[ReadPosition], viewers: Vec<Viewer>) -> Chunks {
        match self {
            Self::Staff(page) => {
                let reads = positions.iter().map(|read| StaffRead {
                    person: read.person.clone(),
                    seq: read.seq,
                });
                Chunks::Staff(split(page.events, reads, encoded_bytes(&viewers)), viewers)
            }
            Self::Customer(page) => {
                let reads = positions.iter().map(|read| CustomerRead {
                    person: read.person.for_customer(read.public_name.as_deref()),
                    seq: read.public_seq,
                });
                Chunks::Customer(split(page.events, reads, 0))
            }
        }
    }
}

/// Maximum size of a `subscribed` frame in bytes, without its events, read positions and viewers.
const FRAME_OVERHEAD_BYTES: usize = 1024;

/// Splits a page's events and read positions into parts, each for one frame. Events come first,
/// because a client without history takes the number of its first event from the first frame. The
/// last part has space for `last_bytes` additional bytes.
fn split<E: Serialize, R: Serialize>(
    events: Vec<E>,
    reads: impl Iterator<Item = R>,
    last_bytes: usize,
) -> Vec<Part<E, R>> {
    let mut parts = Parts {
        full: Vec::new(),
        last: Part::default(),
        bytes: FRAME_OVERHEAD_BYTES,
    };
    for event in events {
        parts.make_room(encoded_bytes(&event) + 1);
        parts.last.events.push(event);
    }
    for read in reads {
        parts.make_room(encoded_bytes(&read) + 1);
        parts.last.reads.push(read);
    }
    parts.make_room(last_bytes);
    parts.full.push(parts.last);
    parts.full
}

/// The parts of a history page while the page is being split into frames.
struct Parts<E, R> {
    full: Vec<Part<E, R>>,
    last: Part<E, R>,
    /// Encoded size in bytes of the frame with the part `last`.
    bytes: usize,
}

impl<E, R> Parts<E, R> {
    /// Starts a new part if the current part would become too large with `size` additional bytes.
    fn make_room(&mut self, size: usize) {
        let is_empty = self.last.events.is_empty() && self.last.reads.is_empty();
        if !is_empty && self.bytes + size > limits::PAGE_FRAME_BYTES_MAX {
            self.full.push(std::mem::take(&mut self.last));
            self.bytes = FRAME_OVERHEAD_BYTES;
        }
        self.bytes += size;
    }
}

/// Returns the size of a value as JSON in bytes, without allocating the JSON.
fn encoded_bytes(value: &impl Serialize) -> usize {
    struct Count(usize);
    impl std::io::Write for Count {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut count = Count(0);
    serde_json::to_writer(&mut count, value)
        .expect("counting never fails, and protocol types encode");
    count.0
}
