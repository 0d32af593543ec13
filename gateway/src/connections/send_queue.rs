//! A connection's queue of frames, of fixed size. A part that has news pushes it and never waits; the connection's own task takes it out.
//! Full means that the client is too slow: the connection is closed 4001 and catches up on its return.

use std::collections::VecDeque;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};

use axum::extract::ws::Utf8Bytes;
use helpline_core::limits;
use helpline_core::reject::CloseCode;
use parking_lot::Mutex;
use tokio::sync::Notify;

use super::wake_list::WakeList;

/// The queue. Not a channel of tokio's: an idle connection's queue costs nothing, where the channel's first block costs 1.5 KiB.
#[derive(Default)]
pub struct SendQueue {
    waiting: Mutex<Waiting>,
    /// Bytes of the frames that wait, and of those that are being written.
    bytes: AtomicUsize,
    /// Why the connection must end; the first reason stays.
    disconnect: OnceLock<Disconnect>,
    /// Wakes a page reader that waits for room.
    drained: Notify,
}

/// What waits to be written, and who writes it.
#[derive(Default)]
struct Waiting {
    frames: Batch,
    /// The connection's task, while it waits for frames or for the disconnect. Under the frames' lock, which is held anyway when it is
    /// woken: two `Notify`s, registered and dropped at every turn of the connection's loop, cost 4 % of the gateway's time in small rooms.
    task: Option<Waker>,
}

/// Frames in their order. The first stands apart from the rest: at a quiet pace it is alone, and then nothing is allocated for it.
/// Without a first one there is no rest.
#[derive(Debug, Default)]
pub struct Batch {
    first: Option<Utf8Bytes>,
    rest: VecDeque<Utf8Bytes>,
}

/// The queue is full, or the connection is ending.
struct Refused;

/// How a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disconnect {
    /// What waits is of no use any more: close at once.
    Now(CloseCode),
    /// What waits is written first.
    AfterDrain(CloseCode),
}

/// What the connection's task has to do.
#[derive(Debug)]
pub enum QueueEvent {
    /// Write these.
    Frames(Batch),
    /// End the connection.
    Disconnect(Disconnect),
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
        self.first
            .iter()
            .chain(&self.rest)
            .map(|frame| frame.len())
            .sum()
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

    /// Takes up to [`limits::SEND_QUEUE_DRAIN_FRAMES`] off the front, with the buffer if that is all: a queue that has run empty holds no
    /// memory.
    fn take(&mut self) -> Self {
        if self.len() <= limits::SEND_QUEUE_DRAIN_FRAMES {
            return std::mem::take(self);
        }
        let rest = self
            .rest
            .drain(..limits::SEND_QUEUE_DRAIN_FRAMES - 1)
            .collect();
        Self {
            first: std::mem::replace(&mut self.first, self.rest.pop_front()),
            rest,
        }
    }
}

impl SendQueue {
    /// Pushes a frame. False: it is full or the connection is ending; full also ends the connection.
    pub fn push(&self, frame: Utf8Bytes) -> bool {
        let pushed = self.put(frame);
        if let Ok(Some(task)) = pushed {
            task.wake();
            return true;
        }
        pushed.is_ok()
    }

    /// Pushes a frame and leaves the waking to `wakes`: frames pushed with the same list share a write.
    pub fn push_with(&self, frame: Utf8Bytes, wakes: &mut WakeList) -> bool {
        let pushed = self.put(frame);
        if let Ok(Some(task)) = pushed {
            wakes.add(task);
            return true;
        }
        pushed.is_ok()
    }

    /// Pushes a frame; gives the task that is to be woken, if one waits for it.
    fn put(&self, frame: Utf8Bytes) -> Result<Option<Waker>, Refused> {
        let size = frame.len();
        if self.disconnect.get().is_some() {
            return Err(Refused);
        }
        let mut waiting = self.waiting.lock();
        let before = self.bytes.fetch_add(size, Ordering::AcqRel);
        if before + size > limits::SEND_QUEUE_BYTES_MAX
            || waiting.frames.len() >= limits::SEND_QUEUE_FRAMES_MAX
        {
            self.bytes.fetch_sub(size, Ordering::AcqRel);
            drop(waiting);
            metrics::counter!("helpline_send_queue_overflows_total").increment(1);
            self.disconnect(Disconnect::Now(CloseCode::TooSlow));
            return Err(Refused);
        }
        // A task that is in the midst of a write is not disturbed by a second frame.
        let task = if waiting.frames.is_empty() {
            waiting.task.take()
        } else {
            None
        };
        waiting.frames.push(frame);
        Ok(task)
    }

    /// Takes up to [`limits::SEND_QUEUE_DRAIN_FRAMES`] of what waits; none when nothing does. What is taken counts until it is
    /// [`Self::written`].
    pub fn take(&self) -> Batch {
        self.waiting.lock().frames.take()
    }

    /// What there is to do, the disconnect first; nothing is taken unless it is given.
    pub fn poll_event(&self, context: &Context<'_>) -> Poll<QueueEvent> {
        if let Some(how) = self.disconnecting() {
            return Poll::Ready(QueueEvent::Disconnect(how));
        }
        let mut waiting = self.waiting.lock();
        if !waiting.frames.is_empty() {
            return Poll::Ready(QueueEvent::Frames(waiting.frames.take()));
        }
        self.poll_disconnect_under(&mut waiting, context)
            .map(QueueEvent::Disconnect)
    }

    /// Only the disconnect, for a task that is in the middle of a write.
    pub fn poll_disconnect(&self, context: &Context<'_>) -> Poll<Disconnect> {
        self.poll_disconnect_under(&mut self.waiting.lock(), context)
    }

    /// Under the lock, and the disconnect looked at after the task is known: what sets it then finds the task.
    fn poll_disconnect_under(
        &self,
        waiting: &mut Waiting,
        context: &Context<'_>,
    ) -> Poll<Disconnect> {
        if !waiting
            .task
            .as_ref()
            .is_some_and(|task| task.will_wake(context.waker()))
        {
            waiting.task = Some(context.waker().clone());
        }
        self.disconnecting().map_or(Poll::Pending, Poll::Ready)
    }

    /// Records that these bytes have been written.
    pub fn written(&self, bytes: usize) {
        let before = self.bytes.fetch_sub(bytes, Ordering::AcqRel);
        if before >= limits::SEND_QUEUE_BYTES_MAX / 4 {
            self.drained.notify_waiters();
        }
    }

    /// Whether anything waits to be written: full, for sabotage.
    pub(crate) fn is_waiting(&self) -> bool {
        self.bytes.load(Ordering::Acquire) > 0
    }

    /// Waits until the queue is under a quarter of its bound; at once when the connection ends.
    pub async fn room_for_page(&self) {
        loop {
            let drained = self.drained.notified();
            if self.bytes.load(Ordering::Acquire) < limits::SEND_QUEUE_BYTES_MAX / 4
                || self.disconnect.get().is_some()
            {
                return;
            }
            drained.await;
        }
    }

    /// Ends the connection. The first call counts.
    pub fn disconnect(&self, how: Disconnect) {
        if self.disconnect.set(how).is_ok() {
            let task = self.waiting.lock().task.take();
            if let Some(task) = task {
                task.wake();
            }
            self.drained.notify_waiters();
        }
    }

    /// How the connection is to end, if it is.
    pub fn disconnecting(&self) -> Option<Disconnect> {
        self.disconnect.get().copied()
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
    fn a_full_queue_ends_the_connection_and_takes_no_more() {
        let queue = SendQueue::default();
        let page = Utf8Bytes::from("x".repeat(limits::PAGE_FRAME_BYTES_MAX));
        let held = (0..).take_while(|_| queue.push(page.clone())).count();
        assert_eq!(
            held,
            limits::SEND_QUEUE_BYTES_MAX / limits::PAGE_FRAME_BYTES_MAX
        );
        assert_eq!(
            queue.disconnecting(),
            Some(Disconnect::Now(CloseCode::TooSlow))
        );
        assert!(!queue.push(Utf8Bytes::from("x")));
        assert!(!queue.take().is_empty());
    }

    #[test]
    fn many_small_frames_are_bounded_by_their_number() {
        let queue = SendQueue::default();
        assert_eq!(
            (0..)
                .take_while(|_| queue.push(Utf8Bytes::from_static("x")))
                .count(),
            limits::SEND_QUEUE_FRAMES_MAX
        );
    }

    #[test]
    fn frames_are_taken_in_their_order_each_once_and_a_drain_at_a_time() {
        let queue = SendQueue::default();
        let count = 2 * limits::SEND_QUEUE_DRAIN_FRAMES + 1;
        for n in 0..count {
            assert!(queue.push(Utf8Bytes::from(n.to_string())));
        }
        let batches: Vec<Vec<_>> = std::iter::repeat_with(|| queue.take())
            .take_while(|batch| !batch.is_empty())
            .map(frames)
            .collect();
        assert_eq!(
            batches.iter().map(Vec::len).collect::<Vec<_>>(),
            [
                limits::SEND_QUEUE_DRAIN_FRAMES,
                limits::SEND_QUEUE_DRAIN_FRAMES,
                1
            ]
        );
        assert!(
            batches
                .concat()
                .iter()
                .enumerate()
                .all(|(n, frame)| frame.as_str() == n.to_string())
        );
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
        let (queue, task) = (SendQueue::default(), Arc::new(Task::default()));
        let waker = Waker::from(Arc::clone(&task));
        let (context, woken) = (Context::from_waker(&waker), || {
            task.0.load(Ordering::Relaxed)
        });

        assert!(queue.poll_event(&context).is_pending());
        let mut wakes = WakeList::default();
        assert!(
            ["one", "two"]
                .into_iter()
                .all(|text| queue.push_with(Utf8Bytes::from_static(text), &mut wakes))
        );
        assert_eq!(woken(), 0);
        drop(wakes);
        assert_eq!(woken(), 1);
        let Poll::Ready(QueueEvent::Frames(batch)) = queue.poll_event(&context) else {
            panic!("two frames were dropped in")
        };
        assert_eq!(frames(batch), ["one", "two"].map(Utf8Bytes::from_static));

        // Amid a write: the first frame disturbs it, the next ones do not, the ending does.
        assert!(queue.poll_disconnect(&context).is_pending());
        assert!(
            queue.push(Utf8Bytes::from_static("three"))
                && queue.poll_disconnect(&context).is_pending()
        );
        assert!(queue.push(Utf8Bytes::from_static("four")));
        assert_eq!(woken(), 2);
        queue.disconnect(Disconnect::Now(CloseCode::Revoked));
        assert_eq!(woken(), 3);
        assert!(matches!(
            queue.poll_event(&context),
            Poll::Ready(QueueEvent::Disconnect(Disconnect::Now(CloseCode::Revoked)))
        ));
    }
}
