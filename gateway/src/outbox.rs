//! A connection's letterbox of fixed size. Whoever has news drops it in and never waits; the connection's own task takes it out.
//! Full means that the reader is too slow: the connection is closed 4001 and catches up on its return.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::extract::ws::Utf8Bytes;
use helpline_core::limits;
use helpline_core::reject::CloseCode;
use tokio::sync::{Notify, mpsc};

/// The side that everybody may drop frames into.
pub struct Outbox {
    frames: mpsc::Sender<Utf8Bytes>,
    /// Bytes of the frames that wait, and of those that are being written.
    bytes: AtomicUsize,
    /// Why the connection must end; the first reason stays.
    ending: OnceLock<Ending>,
    /// Wakes the connection's task when `ending` is set.
    ended: Notify,
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
    /// An empty outbox and the end that the connection's task takes from.
    pub fn new() -> (Self, mpsc::Receiver<Utf8Bytes>) {
        let (frames, receiver) = mpsc::channel(limits::OUTBOX_FRAMES_MAX);
        let outbox = Self { frames, bytes: AtomicUsize::new(0), ending: OnceLock::new(), ended: Notify::new(), drained: Notify::new() };
        (outbox, receiver)
    }

    /// Drops a frame in. False: it is full or the connection is ending; full also ends the connection.
    pub fn push(&self, frame: Utf8Bytes) -> bool {
        let size = frame.len();
        if self.ending.get().is_some() {
            return false;
        }
        let before = self.bytes.fetch_add(size, Ordering::AcqRel);
        if before + size > limits::OUTBOX_BYTES_MAX || self.frames.try_send(frame).is_err() {
            self.bytes.fetch_sub(size, Ordering::AcqRel);
            metrics::counter!("helpline_outbox_overflows_total").increment(1);
            self.end(Ending::Now(CloseCode::TooSlow));
            return false;
        }
        true
    }

    /// Takes note that these bytes have been written.
    pub fn written(&self, bytes: usize) {
        let before = self.bytes.fetch_sub(bytes, Ordering::AcqRel);
        if before >= limits::OUTBOX_BYTES_MAX / 4 {
            self.drained.notify_waiters();
        }
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
        let (outbox, mut receiver) = Outbox::new();
        let page = Utf8Bytes::from("x".repeat(limits::PAGE_FRAME_BYTES_MAX));
        let held = (0..).take_while(|_| outbox.push(page.clone())).count();
        assert_eq!(held, limits::OUTBOX_BYTES_MAX / limits::PAGE_FRAME_BYTES_MAX);
        assert_eq!(outbox.ending(), Some(Ending::Now(CloseCode::TooSlow)));
        assert!(!outbox.push(Utf8Bytes::from("x")));
        assert!(receiver.try_recv().is_ok());
    }

    #[test]
    fn many_small_frames_are_bounded_by_their_number() {
        let (outbox, _receiver) = Outbox::new();
        assert_eq!((0..).take_while(|_| outbox.push(Utf8Bytes::from_static("x"))).count(), limits::OUTBOX_FRAMES_MAX);
    }
}
