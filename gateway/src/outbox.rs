//! A connection's letterbox of fixed size. Whoever has news drops it in and never waits; the connection's own task takes it out.
//! Full means that the reader is too slow: the connection is closed 4001 and catches up on its return.

use std::collections::VecDeque;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::extract::ws::Utf8Bytes;
use helpline_core::limits;
use helpline_core::reject::CloseCode;
use parking_lot::Mutex;
use tokio::sync::Notify;

/// The letterbox. Its queue is its own and not a channel of tokio's, because an idle connection's costs nothing then, where the channel's
/// first block costs 1.5 KiB.
#[derive(Default)]
pub struct Outbox {
    frames: Mutex<VecDeque<Utf8Bytes>>,
    /// Bytes of the frames that wait, and of those that are being written.
    bytes: AtomicUsize,
    /// Why the connection must end; the first reason stays.
    ending: OnceLock<Ending>,
    /// Wakes the connection's task when `ending` is set.
    ended: Notify,
    /// Wakes the connection's task when the first frame comes.
    filled: Notify,
    /// Wakes a page reader that waits for room.
    drained: Notify,
}

/// How a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// What waits is of no use any more: close at once.
    Now(CloseCode),
    /// What waits is written first.
    AfterDrain(CloseCode),
}

impl Outbox {
    /// Drops a frame in. False: it is full or the connection is ending; full also ends the connection.
    pub fn push(&self, frame: Utf8Bytes) -> bool {
        let size = frame.len();
        if self.ending.get().is_some() {
            return false;
        }
        let mut frames = self.frames.lock();
        let before = self.bytes.fetch_add(size, Ordering::AcqRel);
        if before + size > limits::OUTBOX_BYTES_MAX || frames.len() >= limits::OUTBOX_FRAMES_MAX {
            self.bytes.fetch_sub(size, Ordering::AcqRel);
            drop(frames);
            metrics::counter!("helpline_outbox_overflows_total").increment(1);
            self.end(Ending::Now(CloseCode::TooSlow));
            return false;
        }
        let was_empty = frames.is_empty();
        frames.push_back(frame);
        drop(frames);
        if was_empty {
            self.filled.notify_one();
        }
        true
    }

    /// Takes up to [`limits::OUTBOX_DRAIN_FRAMES`] of what waits; none when nothing does. What is taken counts until it is
    /// [`Self::written`].
    pub fn take(&self) -> Vec<Utf8Bytes> {
        let mut frames = self.frames.lock();
        if frames.len() <= limits::OUTBOX_DRAIN_FRAMES {
            // With its buffer: an outbox that has run empty holds no memory.
            return std::mem::take(&mut *frames).into();
        }
        frames.drain(..limits::OUTBOX_DRAIN_FRAMES).collect()
    }

    /// Waits until something waits to be written, and takes it. Cancel-safe: nothing is taken unless it completes.
    pub async fn filled(&self) -> Vec<Utf8Bytes> {
        loop {
            let woken = self.filled.notified();
            let batch = self.take();
            if !batch.is_empty() {
                return batch;
            }
            woken.await;
        }
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
            self.ended.notify_one();
            self.drained.notify_waiters();
        }
    }

    /// How the connection is to end, if it is.
    pub fn ending(&self) -> Option<Ending> {
        self.ending.get().copied()
    }

    /// Waits for the ending. Cancel-safe: the state is in `ending`, the notification only wakes.
    pub async fn ended(&self) -> Ending {
        loop {
            let woken = self.ended.notified();
            if let Some(ending) = self.ending() {
                return ending;
            }
            woken.await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
