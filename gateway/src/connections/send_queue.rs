//! A connection's letterbox of fixed size. Whoever has news drops it in and never waits; the connection's own task takes it out.
//! Full means that the reader is too slow: the connection is closed 4001 and catches up on its return.

use std::collections::VecDeque;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};

use axum::extract::ws::Utf8Bytes;
use helpline_core::limits;
use helpline_core::reject::CloseCode;
use parking_lot::Mutex;
use tokio::sync::Notify;

pub use super::wake_list::Wakes;

/// The letterbox. Its queue is its own and not a channel of tokio's, because an idle connection's costs nothing then, where the channel's
/// first block costs 1.5 KiB.
#[derive(Default)]
pub struct Outbox {
    waiting: Mutex<Waiting>,
    /// Bytes of the frames that wait, and of those that are being written.
    bytes: AtomicUsize,
    /// Why the connection must end; the first reason stays.
    ending: OnceLock<Ending>,
    /// Wakes a page reader that waits for room.
    drained: Notify,
}

/// What waits to be written, and who writes it.
#[derive(Default)]
struct Waiting {
    frames: Batch,
    /// The connection's task, while it waits for frames or for the ending. Under the frames' lock, which whoever wakes it holds anyway:
    /// two `Notify`s, taken up and put down at every turn of the connection's loop, cost 4 % of the gateway's time in small rooms.
    task: Option<Waker>,
}

/// Frames in their order. The first stands apart from the rest: at a quiet pace it is alone, and then nothing is allocated for it.
/// Without a first one there is no rest.
#[derive(Debug, Default)]
pub struct Batch {
    first: Option<Utf8Bytes>,
    rest: VecDeque<Utf8Bytes>,
}

/// The outbox is full, or the connection is ending.
struct Refused;

/// How a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// What waits is of no use any more: close at once.
    Now(CloseCode),
    /// What waits is written first.
    AfterDrain(CloseCode),
}

/// What the connection's task has to do.
#[derive(Debug)]
pub enum Due {
    /// Write these.
    Filled(Batch),
    /// End the connection.
    Ended(Ending),
}

impl Batch {
    fn len(&self) -> usize {
        usize::from(self.first.is_some()) + self.rest.len()
    }

    /// Whether there are no frames.
    pub const fn is_empty(&self) -> bool {
        self.first.is_none()
    }

    /// The frames' bytes.
    pub fn bytes(&self) -> usize {
        self.first.iter().chain(&self.rest).map(|frame| frame.len()).sum()
    }

    /// Takes the first frame.
    pub fn pop(&mut self) -> Option<Utf8Bytes> {
        std::mem::replace(&mut self.first, self.rest.pop_front())
    }

    fn push(&mut self, frame: Utf8Bytes) {
        if self.first.is_none() {
            self.first = Some(frame);
        } else {
            self.rest.push_back(frame);
        }
    }

    /// Takes up to [`limits::OUTBOX_DRAIN_FRAMES`] off the front, with the buffer if that is all: an outbox that has run empty holds no
    /// memory.
    fn take(&mut self) -> Self {
        if self.len() <= limits::OUTBOX_DRAIN_FRAMES {
            return std::mem::take(self);
        }
        let rest = self.rest.drain(..limits::OUTBOX_DRAIN_FRAMES - 1).collect();
        Self { first: std::mem::replace(&mut self.first, self.rest.pop_front()), rest }
    }
}

impl Outbox {
    /// Drops a frame in. False: it is full or the connection is ending; full also ends the connection.
    pub fn push(&self, frame: Utf8Bytes) -> bool {
        let pushed = self.put(frame);
        if let Ok(Some(task)) = pushed {
            task.wake();
            return true;
        }
        pushed.is_ok()
    }

    /// Drops a frame in, and leaves the waking to `wakes`: who has more frames for the same connection drops them all in first, so that
    /// they share a write.
    pub fn push_before(&self, frame: Utf8Bytes, wakes: &mut Wakes) -> bool {
        let pushed = self.put(frame);
        if let Ok(Some(task)) = pushed {
            wakes.add(task);
            return true;
        }
        pushed.is_ok()
    }

    /// Drops a frame in; gives the task that is to be woken, if one waits for it.
    fn put(&self, frame: Utf8Bytes) -> Result<Option<Waker>, Refused> {
        let size = frame.len();
        if self.ending.get().is_some() {
            return Err(Refused);
        }
        let mut waiting = self.waiting.lock();
        let before = self.bytes.fetch_add(size, Ordering::AcqRel);
        if before + size > limits::OUTBOX_BYTES_MAX || waiting.frames.len() >= limits::OUTBOX_FRAMES_MAX {
            self.bytes.fetch_sub(size, Ordering::AcqRel);
            drop(waiting);
            metrics::counter!("helpline_outbox_overflows_total").increment(1);
            self.end(Ending::Now(CloseCode::TooSlow));
            return Err(Refused);
        }
        // A task that is in the midst of a write is not disturbed by a second frame.
        let task = if waiting.frames.is_empty() { waiting.task.take() } else { None };
        waiting.frames.push(frame);
        Ok(task)
    }

    /// Takes up to [`limits::OUTBOX_DRAIN_FRAMES`] of what waits; none when nothing does. What is taken counts until it is
    /// [`Self::written`].
    pub fn take(&self) -> Batch {
        self.waiting.lock().frames.take()
    }

    /// What there is to do, the ending first; nothing is taken unless it is given.
    pub fn poll_due(&self, context: &Context<'_>) -> Poll<Due> {
        if let Some(ending) = self.ending() {
            return Poll::Ready(Due::Ended(ending));
        }
        let mut waiting = self.waiting.lock();
        if !waiting.frames.is_empty() {
            return Poll::Ready(Due::Filled(waiting.frames.take()));
        }
        self.poll_ending(&mut waiting, context).map(Due::Ended)
    }

    /// The ending alone, for a task that is in the midst of a write.
    pub fn poll_ended(&self, context: &Context<'_>) -> Poll<Ending> {
        self.poll_ending(&mut self.waiting.lock(), context)
    }

    /// Under the lock, and the ending looked at after the task is known: whoever sets it then finds the task.
    fn poll_ending(&self, waiting: &mut Waiting, context: &Context<'_>) -> Poll<Ending> {
        if !waiting.task.as_ref().is_some_and(|task| task.will_wake(context.waker())) {
            waiting.task = Some(context.waker().clone());
        }
        self.ending().map_or(Poll::Pending, Poll::Ready)
    }

    /// Takes note that these bytes have been written.
    pub fn written(&self, bytes: usize) {
        let before = self.bytes.fetch_sub(bytes, Ordering::AcqRel);
        if before >= limits::OUTBOX_BYTES_MAX / 4 {
            self.drained.notify_waiters();
        }
    }

    /// Whether anything waits to be written: full, for sabotage.
    pub(crate) fn is_waiting(&self) -> bool {
        self.bytes.load(Ordering::Acquire) > 0
    }

    /// Waits until a page more would leave the outbox under a quarter of its bound; at once when the connection ends.
    pub async fn room_for_page(&self) {
        loop {
            let drained = self.drained.notified();
            if self.bytes.load(Ordering::Acquire) < limits::OUTBOX_BYTES_MAX / 4 || self.ending.get().is_some() {
                return;
            }
            drained.await;
        }
    }

    /// Ends the connection. The first ending counts.
    pub fn end(&self, ending: Ending) {
        if self.ending.set(ending).is_ok() {
            let task = self.waiting.lock().task.take();
            if let Some(task) = task {
                task.wake();
            }
            self.drained.notify_waiters();
        }
    }

    /// How the connection is to end, if it is.
    pub fn ending(&self) -> Option<Ending> {
        self.ending.get().copied()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn frames(mut batch: Batch) -> Vec<Utf8Bytes> {
        std::iter::from_fn(|| batch.pop()).collect()
    }

    #[test]
    fn a_full_outbox_ends_the_connection_and_takes_no_more() {
        let outbox = Outbox::default();
        let page = Utf8Bytes::from("x".repeat(limits::PAGE_FRAME_BYTES_MAX));
        let held = (0..).take_while(|_| outbox.push(page.clone())).count();
        assert_eq!(held, limits::OUTBOX_BYTES_MAX / limits::PAGE_FRAME_BYTES_MAX);
        assert_eq!(outbox.ending(), Some(Ending::Now(CloseCode::TooSlow)));
        assert!(!outbox.push(Utf8Bytes::from("x")));
        assert!(!outbox.take().is_empty());
    }

    #[test]
    fn many_small_frames_are_bounded_by_their_number() {
        let outbox = Outbox::default();
        assert_eq!((0..).take_while(|_| outbox.push(Utf8Bytes::from_static("x"))).count(), limits::OUTBOX_FRAMES_MAX);
    }

    #[test]
    fn frames_are_taken_in_their_order_each_once_and_a_drain_at_a_time() {
        let outbox = Outbox::default();
        let count = 2 * limits::OUTBOX_DRAIN_FRAMES + 1;
        for n in 0..count {
            assert!(outbox.push(Utf8Bytes::from(n.to_string())));
        }
        let batches: Vec<Vec<_>> = std::iter::repeat_with(|| outbox.take()).take_while(|batch| !batch.is_empty()).map(frames).collect();
        assert_eq!(batches.iter().map(Vec::len).collect::<Vec<_>>(), [limits::OUTBOX_DRAIN_FRAMES, limits::OUTBOX_DRAIN_FRAMES, 1]);
        assert!(batches.concat().iter().enumerate().all(|(n, frame)| frame.as_str() == n.to_string()));
    }

    /// Counts how often it is woken.
    #[derive(Default)]
    struct Task(AtomicUsize);

    impl std::task::Wake for Task {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn the_task_is_woken_once_for_a_burst_and_always_by_the_ending() {
        let (outbox, task) = (Outbox::default(), Arc::new(Task::default()));
        let waker = Waker::from(Arc::clone(&task));
        let (context, woken) = (Context::from_waker(&waker), || task.0.load(Ordering::Relaxed));

        assert!(outbox.poll_due(&context).is_pending());
        let mut wakes = Wakes::default();
        assert!(["one", "two"].into_iter().all(|text| outbox.push_before(Utf8Bytes::from_static(text), &mut wakes)));
        assert_eq!(woken(), 0);
        drop(wakes);
        assert_eq!(woken(), 1);
        let Poll::Ready(Due::Filled(batch)) = outbox.poll_due(&context) else { panic!("two frames were dropped in") };
        assert_eq!(frames(batch), ["one", "two"].map(Utf8Bytes::from_static));

        // Amid a write: the first frame disturbs it, the next ones do not, the ending does.
        assert!(outbox.poll_ended(&context).is_pending());
        assert!(outbox.push(Utf8Bytes::from_static("three")) && outbox.poll_ended(&context).is_pending());
        assert!(outbox.push(Utf8Bytes::from_static("four")));
        assert_eq!(woken(), 2);
        outbox.end(Ending::Now(CloseCode::Revoked));
        assert_eq!(woken(), 3);
        assert!(matches!(outbox.poll_due(&context), Poll::Ready(Due::Ended(Ending::Now(CloseCode::Revoked)))));
    }
}
