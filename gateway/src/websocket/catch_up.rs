//! From the history to live: pages of the history, each as `subscribed` frames, until nothing is left between them and what the room has
//! kept for the member meanwhile.

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

/// One member's way through the history.
pub(super) struct CatchUp<'a> {
    pub joining: &'a Joining,
    /// A resume from further behind starts over.
    pub replay_events_max: u64,
    pub connection: &'a Connection,
    pub room: &'a Room,
    /// The member's identity in the room.
    pub position: &'a Arc<MemberPosition>,
    pub ticket: TicketId,
    /// The `subscribe` that is answered.
    pub id: u64,
    pub audience: Audience,
    /// Where the ticket stood after the room had begun to keep what comes.
    pub ticket_position: Arc<TicketPosition>,
}

/// A page, the place that the member has come to with it, and whether it begins anew.
struct Step {
    page: AnyPage,
    seen: Seq,
    reset: bool,
}

impl CatchUp<'_> {
    /// Reads until the member is live, or its connection ends.
    pub(super) async fn run(
        &self,
        after: Option<Seq>,
        epoch: Option<String>,
    ) -> Result<(), StoreError> {
        // Taken before the rows are read, and what their frames bear: a client that is cut off after the first frame of a page comes back with
        // it, and must not take rows of an earlier history for rows of a later one.
        let mut epoch_now = self.joining.epoch.for_audience(self.audience);
        // Without an epoch the number alone is trusted as far as it goes.
        let after = if sabotaged("resume-one-too-late") {
            after.map(Seq::next)
        } else {
            after
        };
        let resumes = after.filter(|_| epoch.is_none_or(|epoch| epoch == epoch_now));
        let mut step = match resumes {
            // Nothing to read: so it is for most clients after a restart.
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
                // A client that starts over has let go of what the pages before told it.
                reads = self.ticket_position.reads.as_slice();
            }
            // The page is given away piece by piece: a reader that takes nothing keeps it in memory once. Read positions come once, behind the
            // first page's events.
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
                // The end and what the room has kept leave under the room's lock, so that nothing live comes between.
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

    /// The page after a place; the latest one instead, as a reset, when the place is beyond the head or too far behind it.
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

    /// One part of a page as a frame.
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

/// What a `subscribed` frame says of itself.
struct Flags {
    reset: bool,
    more: bool,
}

/// A page of either audience.
enum AnyPage {
    Staff(Page<StaffEvent>),
    Customer(Page<CustomerEvent>),
}

/// What is sent with it, split so that each part fits a frame; never empty. Those who view the ticket come with the last part.
enum Chunks {
    Staff(Vec<Part<StaffEvent, StaffRead>>, Vec<Viewer>),
    Customer(Vec<Part<CustomerEvent, CustomerRead>>),
}

/// One of them.
#[derive(Clone)]
enum Chunk {
    Staff(Part<StaffEvent, StaffRead>, Vec<Viewer>),
    Customer(Part<CustomerEvent, CustomerRead>),
}

/// What one frame holds.
#[derive(Clone)]
struct Part<E, R> {
    events: Vec<E>,
    reads: Vec<R>,
}

impl Chunk {
    /// The same with those who view the ticket now.
    fn with_viewers(self, viewers: Vec<Viewer>) -> Self {
        match self {
            Self::Staff(part, _) => Self::Staff(part, viewers),
            customer @ Self::Customer(_) => customer,
        }
    }
}

impl Chunks {
    /// The nth; nothing is left in its place.
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

/// Bytes of a `subscribed` frame besides its lists.
const FRAME_OVERHEAD_BYTES: usize = 1024;

/// Events come first: a client that holds nothing takes the beginning of its history from the first frame. The last part has room for
/// `last_bytes` more.
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

/// Parts as they are filled.
struct Parts<E, R> {
    full: Vec<Part<E, R>>,
    last: Part<E, R>,
    /// What the last one takes as a frame.
    bytes: usize,
}

impl<E, R> Parts<E, R> {
    /// Begins another part when this much more would be too much for the last one.
    fn make_room(&mut self, size: usize) {
        let is_empty = self.last.events.is_empty() && self.last.reads.is_empty();
        if !is_empty && self.bytes + size > limits::PAGE_FRAME_BYTES_MAX {
            self.full.push(std::mem::take(&mut self.last));
            self.bytes = FRAME_OVERHEAD_BYTES;
        }
        self.bytes += size;
    }
}

/// How many bytes a value takes as JSON, without keeping them.
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
