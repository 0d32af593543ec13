//! From the history to live: pages of the history, each as `subscribed` frames, until nothing is left between them and what the room has
//! kept for the member meanwhile.

use std::sync::Arc;

use axum::extract::ws::Utf8Bytes;
use helpline_core::actor::Audience;
use helpline_core::ids::{Seq, TicketId};
use helpline_core::limits;
use helpline_core::protocol::{
    CustomerEvent, CustomerFrame, CustomerRead, StaffEvent, StaffFrame, StaffRead,
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
        loop {
            crate::runtime::failpoint::hit("during-catch-up");
            let chunks = step.page.chunks();
            let (last, head) = (chunks.len() - 1, step.page.head());
            let frame = |n, more| {
                self.frame(
                    &chunks,
                    n,
                    Flags {
                        reset: step.reset && n == 0,
                        more,
                    },
                    head,
                    epoch_now.clone(),
                )
            };
            for n in 0..last {
                self.push(frame(n, true)).await;
            }
            if step.seen >= head {
                self.connection.send_queue.room_for_page().await;
                let end = frame(last, false);
                // The end and what the room has kept leave under the room's lock, so that nothing live comes between.
                let went = self.room.go_live(self.position, step.seen, || {
                    self.connection.send_queue.push(end);
                });
                match went {
                    GoLive::Live | GoLive::Left => return Ok(()),
                    GoLive::Behind => {}
                }
            }
            self.push(frame(last, true)).await;
            if self.connection.send_queue.disconnecting().is_some() {
                return Ok(());
            }
            let epoch_before = std::mem::replace(
                &mut epoch_now,
                self.joining.epoch.for_audience(self.audience),
            );
            step = if epoch_before == epoch_now {
                self.resume(step.seen).await?
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
    fn frame(
        &self,
        chunks: &Chunks,
        n: usize,
        flags: Flags,
        head: Seq,
        epoch: String,
    ) -> Utf8Bytes {
        let (id, ticket, positions) = (self.id, self.ticket, &self.ticket_position.reads);
        let Flags { reset, more } = flags;
        match chunks {
            Chunks::Staff(chunks) => {
                let reads = positions
                    .iter()
                    .map(|read| StaffRead {
                        person: read.person.clone(),
                        seq: read.seq,
                    })
                    .collect();
                let viewers = self.joining.presence.viewers(ticket);
                let events = chunks[n].clone();
                frame(&StaffFrame::Subscribed {
                    id,
                    ticket,
                    epoch,
                    head,
                    events,
                    more,
                    reset,
                    viewers,
                    reads,
                })
            }
            Chunks::Customer(chunks) => {
                let of = |read: &ReadPosition| CustomerRead {
                    person: read.person.for_customer(read.public_name.as_deref()),
                    seq: read.public_seq,
                };
                let (events, reads) = (chunks[n].clone(), positions.iter().map(of).collect());
                frame(&CustomerFrame::Subscribed {
                    id,
                    ticket,
                    epoch,
                    head,
                    events,
                    more,
                    reset,
                    reads,
                })
            }
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

/// Its events, split so that each part fits a frame; never empty.
enum Chunks {
    Staff(Vec<Vec<StaffEvent>>),
    Customer(Vec<Vec<CustomerEvent>>),
}

impl Chunks {
    fn len(&self) -> usize {
        match self {
            Self::Staff(chunks) => chunks.len(),
            Self::Customer(chunks) => chunks.len(),
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

    fn chunks(&self) -> Chunks {
        match self {
            Self::Staff(page) => Chunks::Staff(split(&page.events)),
            Self::Customer(page) => Chunks::Customer(split(&page.events)),
        }
    }
}

/// Bytes of a `subscribed` frame besides its events, with room for viewers and read positions.
const FRAME_OVERHEAD_BYTES: usize = 2 * 1024;

fn split<E: Serialize + Clone>(events: &[E]) -> Vec<Vec<E>> {
    let mut chunks = vec![Vec::new()];
    let mut bytes = FRAME_OVERHEAD_BYTES;
    for event in events {
        let size = encoded_bytes(event);
        let full = bytes + size > limits::PAGE_FRAME_BYTES_MAX;
        if let Some(chunk) = chunks.last().filter(|chunk| full && !chunk.is_empty()) {
            debug_assert!(!chunk.is_empty());
            chunks.push(Vec::new());
            bytes = FRAME_OVERHEAD_BYTES;
        }
        bytes += size;
        if let Some(chunk) = chunks.last_mut() {
            chunk.push(event.clone());
        }
    }
    chunks
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
