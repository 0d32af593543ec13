//! A bounded queue of frames for each connection. Other code pushes frames and never waits; the
//! connection's own task takes them out. If the queue is full, the client is too slow: its
//! connection is closed with code 4001, and the client loads what it missed when it reconnects.

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

/// The queue of one connection. It is not a tokio channel, because the channel's first block costs
/// 1.5 KiB even for an idle connection, while this queue costs nothing.
#[derive(Default)]
pub struct SendQueue {
    waiting: Mutex<Waiting>,
    /// Total size of the frames that wait or are being written.
    bytes: AtomicUsize,
    /// Why the connection must end. The first reason is kept.
    disconnect: OnceLock<Disconnect>,
    /// Wakes a task that sends a ticket's events in pages and waits for space in the queue.
    drained: Notify,
}

/// Frames that wait to be written, and the task that writes them.
#[derive(Default)]
struct Waiting {
    frames: Batch,
    /// The waker of the connection's task, while the task waits for frames or for the disconnect.
    /// It is behind the same lock as the frames, because every push takes that lock anyway. An
    /// earlier version used two `Notify`s instead, which cost 4 % of the gateway's CPU time in
    /// small rooms.
    task: Option<Waker>,
}

/// Frames in order. The first frame is stored inline, so that a batch of one frame, the usual case
/// at a low rate, allocates nothing. If `first` is `None`, `rest` is empty.
#[derive(Debug, Default)]
pub struct Batch {
    first: Option<Utf8Bytes>,
    rest: VecDeque<Utf8Bytes>,
}

/// The error for a frame that was not queued, because the queue is full or the connection is
/// ending.
struct Refused;

/// How a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disconnect {
    /// Discard the waiting frames and close at once.
    Now(CloseCode),
    /// Write the waiting frames, and then close.
    AfterDrain(CloseCode),
}

/// What the connection's task must do next.
#[derive(Debug)]
pub enum QueueEvent {
    /// Write these frames.
    Frames(Batch),
    /// End the connection as this [`Disconnect`] says.
    Disconnect(Disconnect),
}

impl Batch {
    fn len(&self) -> usize {
        usize::from(self.first.is_some()) + self.rest.len()
    }

    /// Whether the batch has no frames.
    pub const fn is_empty(&self) -> bool {
        self.first.is_none()
    }

    /// Total size of the batch's frames in bytes.
    pub fn bytes(&self) -> usize {
        self.first
            .iter()
            .chain(&self.rest)
            .map(|frame| frame.len())
            .sum()
    }

    /// The first frame of the batch.
    pub const fn peek(&self) -> Option<&Utf8Bytes> {
        self.first.as_ref()
    }

    /// Removes and returns the first frame of the batch.
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

    /// Removes up to [`limits::SEND_QUEUE_DRAIN_FRAMES`] frames from the front. If that takes all
    /// frames, the buffer is moved out too, so that an empty queue uses no memory.
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
    /// Pushes a frame. Returns false if the queue is full or the connection is ending. A full queue
    /// also ends the connection.
    pub fn push(&self, frame: Utf8Bytes) -> bool {
        let pushed = self.put(frame);
        if let Ok(Some(task)) = pushed {
            task.wake();
            return true;
        }
        pushed.is_ok()
    }

    /// Like [`Self::push`], but the connection's task is woken only when `wakes` is dropped. All
    /// frames that are pushed until then are sent in one write.
    pub fn push_with(&self, frame: Utf8Bytes, wakes: &mut WakeList) -> bool {
        let pushed = self.put(frame);
        if let Ok(Some(task)) = pushed {
            wakes.add(task);
            return true;
        }
        pushed.is_ok()
    }

    /// Pushes a frame. Returns the waker of the connection's task, if the task waits for frames.
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
        // Wake the task only for the first frame in the queue. Further frames must not interrupt a
        // write in progress.
        let task = if waiting.frames.is_empty() {
            waiting.task.take()
        } else {
            None
        };
        waiting.frames.push(frame);
        Ok(task)
    }

    /// Takes up to [`limits::SEND_QUEUE_DRAIN_FRAMES`] waiting frames; the batch may be empty. The
    /// frames count towards the queue's byte limit until the caller calls [`Self::written`].
    pub fn take(&self) -> Batch {
        self.waiting.lock().frames.take()
    }

    /// Returns what the connection's task must do next. A disconnect is returned before any frames.
    /// Frames stay in the queue until they are returned.
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

    /// Like [`Self::poll_event`], but ignores frames and waits only for the disconnect. For a task
    /// that is in the middle of a write.
    pub fn poll_disconnect(&self, context: &Context<'_>) -> Poll<Disconnect> {
        self.poll_disconnect_under(&mut self.waiting.lock(), context)
    }

    /// Must be called with the lock held. Registers the task before checking for a disconnect, so
    /// that a disconnect set after the check wakes the task.
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

    /// Records that frames with this number of bytes have been written.
    pub fn written(&self, bytes: usize) {
        let before = self.bytes.fetch_sub(bytes, Ordering::AcqRel);
        if before >= limits::SEND_QUEUE_BYTES_MAX / 4 {
            self.drained.notify_waiters();
        }
    }

    /// Whether frames wait to be written. Sabotage (a test mode that breaks a promise on purpose)
    /// treats such a queue as full.
    pub(crate) fn is_waiting(&self) -> bool {
        self.bytes.load(Ordering::Acquire) > 0
    }

    /// Waits until the queue is filled to less than a quarter of its byte limit. Returns at once if
    /// the connection is ending.
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

    /// Ends the connection. Only the first call has an effect.
    pub fn disconnect(&self, how: Disconnect) {
        if self.disconnect.set(how).is_ok() {
            let task = self.waiting.lock().task.take();
            if let Some(task) = task {
                task.wake();
            }
            self.drained.notify_waiters();
        }
    }

    /// How the connection must end, or `None` if it is not ending.
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

    /// A waker that counts how often it is called.
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
            panic!("both frames were queued")
        };
        assert_eq!(frames(batch), ["one", "two"].map(Utf8Bytes::from_static));

        // The task is in the middle of a write: the first queued frame wakes it, further frames do
        // not, and a disconnect does.
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
