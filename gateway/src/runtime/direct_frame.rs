//! Large text frames that are written to the TCP stream without being copied. The WebSocket library
//! would copy each frame into a buffer that grows to the largest frame and never shrinks: 16 KiB per
//! connection after one page of a ticket's history.

use std::io::{self, IoSlice};
use std::task::{Context, Poll, ready};

use axum::extract::ws::Utf8Bytes;
use parking_lot::Mutex;

/// The first byte of an unfragmented text frame (RFC 6455, 5.2): FIN and opcode 1.
const FIN_TEXT: u8 = 0x81;

/// At most one frame that is still to be written, in full or in part. The connection's task puts
/// the frame here, and the stream below the WebSocket library writes it before any byte that the
/// library writes afterwards.
#[derive(Debug, Default)]
pub struct DirectFrame(Mutex<Option<Unwritten>>);

#[derive(Debug)]
struct Unwritten {
    head: Head,
    text: Utf8Bytes,
    /// Number of bytes of `head` and `text` that are already written.
    written: usize,
}

impl DirectFrame {
    /// Stores a frame that is to be written directly to the TCP stream. The caller must first flush
    /// the WebSocket library, so that the library's buffer is empty and the frame of the
    /// previous call is written.
    pub(crate) fn put(&self, text: Utf8Bytes) {
        let earlier = self.0.lock().replace(Unwritten {
            head: Head::of(text.len()),
            text,
            written: 0,
        });
        debug_assert!(earlier.is_none(), "a frame was put before a flush");
    }

    /// Writes what is left of the frame with `write`, which is a vectored write to the stream.
    /// Completes at once if there is no frame.
    ///
    /// # Errors
    /// The stream's error, or `WriteZero` if the stream accepts no more bytes.
    pub(crate) fn poll_write(
        &self,
        context: &mut Context<'_>,
        mut write: impl FnMut(&mut Context<'_>, &[IoSlice<'_>]) -> Poll<io::Result<usize>>,
    ) -> Poll<io::Result<()>> {
        let mut slot = self.0.lock();
        while let Some(frame) = slot.as_mut() {
            let head = frame.head.bytes();
            let in_text = frame.written.saturating_sub(head.len());
            let parts = [
                IoSlice::new(&head[frame.written.min(head.len())..]),
                IoSlice::new(&frame.text.as_bytes()[in_text..]),
            ];
            match ready!(write(context, &parts))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                n => frame.written += n,
            }
            if frame.written == head.len() + frame.text.len() {
                *slot = None;
            }
        }
        Poll::Ready(Ok(()))
    }
}

/// The head of an unmasked text frame: 2, 4 or 10 bytes.
#[derive(Debug, Clone, Copy)]
struct Head {
    bytes: [u8; 10],
    len: usize,
}

impl Head {
    /// The head of a frame with a payload of `len` bytes (RFC 6455, 5.2).
    fn of(len: usize) -> Self {
        let mut bytes = [0; 10];
        bytes[0] = FIN_TEXT;
        let len = if let Some(short) = u8::try_from(len).ok().filter(|short| *short < 126) {
            bytes[1] = short;
            2
        } else if let Ok(middle) = u16::try_from(len) {
            bytes[1] = 126;
            bytes[2..4].copy_from_slice(&middle.to_be_bytes());
            4
        } else {
            bytes[1] = 127;
            bytes[2..].copy_from_slice(&(len as u64).to_be_bytes());
            10
        };
        Self { bytes, len }
    }

    fn bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

#[cfg(test)]
mod tests {
    use std::task::Waker;

    use tokio_tungstenite::tungstenite::protocol::frame::Frame;
    use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};

    use super::*;

    /// Writes `text` as a frame, with at most `most` bytes per write, and returns all written
    /// bytes.
    fn written(text: &str, most: usize) -> Vec<u8> {
        let (frame, mut all) = (DirectFrame::default(), Vec::new());
        frame.put(Utf8Bytes::from(text));
        let mut context = Context::from_waker(Waker::noop());
        let mut is_blocked = false;
        loop {
            let polled = frame.poll_write(&mut context, |_, parts| {
                is_blocked = !is_blocked;
                if is_blocked {
                    return Poll::Pending;
                }
                let bytes: Vec<u8> = parts.iter().flat_map(|part| part.to_vec()).collect();
                let n = bytes.len().min(most);
                all.extend_from_slice(&bytes[..n]);
                Poll::Ready(Ok(n))
            });
            match polled {
                Poll::Ready(result) => {
                    result.expect("nothing fails");
                    return all;
                }
                Poll::Pending => {}
            }
        }
    }

    #[test]
    fn a_frame_is_encoded_as_the_websocket_library_encodes_it_however_it_is_cut() {
        for len in [0, 1, 125, 126, 127, 65_535, 65_536, 70_000] {
            let text = "é".repeat(len / 2) + &"x".repeat(len % 2);
            let mut expected = Vec::new();
            Frame::message(text.clone(), OpCode::Data(Data::Text), true)
                .format(&mut expected)
                .expect("a buffer takes everything");
            for most in [1, 3, 4_096, usize::MAX] {
                if most < 100 && len > 200 {
                    continue;
                }
                assert_eq!(
                    written(&text, most),
                    expected,
                    "{len} bytes, {most} at once"
                );
            }
        }
    }

    #[test]
    fn a_stream_that_accepts_no_bytes_is_an_error() {
        let frame = DirectFrame::default();
        frame.put(Utf8Bytes::from("x"));
        let mut context = Context::from_waker(Waker::noop());
        let Poll::Ready(Err(error)) = frame.poll_write(&mut context, |_, _| Poll::Ready(Ok(0)))
        else {
            panic!("it is written");
        };
        assert_eq!(error.kind(), io::ErrorKind::WriteZero);
    }
}
