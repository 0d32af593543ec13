//! The TCP stream of every accepted connection. It counts the bytes of an incomplete message, and
//! fails if the peer reads nothing for too long. It closes in a way that lets the peer read the
//! last bytes.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use helpline_core::limits;
use parking_lot::Mutex;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::time::Sleep;
use tokio_util::task::TaskTracker;

use super::direct_frame::DirectFrame;

/// Size of a client's WebSocket control frame without its payload: header and mask.
const CONTROL_HEAD_BYTES: u64 = 6;

/// Counts the bytes received since the last complete message. The WebSocket library reports only
/// complete messages, so it would never report a message that stays incomplete.
#[derive(Debug, Default)]
pub struct Meter(Mutex<Unfinished>);

#[derive(Debug, Default)]
struct Unfinished {
    bytes: u64,
    since: Option<Instant>,
}

impl Meter {
    fn arrived(&self, bytes: usize) {
        let mut unfinished = self.0.lock();
        unfinished.bytes += bytes as u64;
        unfinished.since.get_or_insert_with(Instant::now);
    }

    /// Resets the meter, which counts the bytes of an incomplete message. Called when a message is
    /// complete, and when the connection becomes a WebSocket.
    pub(crate) fn message(&self) {
        *self.0.lock() = Unfinished::default();
    }

    /// Subtracts the bytes of a ping or pong from the bytes of the incomplete message, because a ping
    /// can arrive between two fragments. If no bytes are left, there is no incomplete message.
    pub(crate) fn control(&self, payload_bytes: usize) {
        let mut unfinished = self.0.lock();
        unfinished.bytes = unfinished
            .bytes
            .saturating_sub(payload_bytes as u64 + CONTROL_HEAD_BYTES);
        if unfinished.bytes == 0 {
            unfinished.since = None;
        }
    }

    /// A lower bound of the bytes received for the incomplete message.
    pub(crate) fn unfinished_bytes(&self) -> u64 {
        self.0.lock().bytes
    }

    /// When the incomplete message must be complete. `None` if there is no incomplete message.
    pub(crate) fn due(&self) -> Option<Instant> {
        self.0
            .lock()
            .since
            .map(|since| since + Duration::from_millis(limits::MESSAGE_TIMEOUT_MS))
    }
}

/// Reads from closed connections for a short time. Otherwise the kernel would reset a connection
/// whose peer still sends data, and the peer would lose the last bytes, such as a Close frame.
#[derive(Debug, Clone)]
pub struct Lingering {
    tasks: TaskTracker,
    places: Arc<Semaphore>,
}

impl Lingering {
    /// `tasks` owns the tasks that read from closed connections.
    pub fn new(tasks: TaskTracker) -> Self {
        Self {
            tasks,
            places: Arc::new(Semaphore::new(limits::LINGERING_MAX)),
        }
    }

    fn take(&self, mut tcp: TcpStream) {
        let has_left = matches!(tcp.try_read(&mut [0]), Ok(0));
        let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else {
            return;
        };
        if has_left || tokio::runtime::Handle::try_current().is_err() {
            return;
        }
        self.tasks.spawn(async move {
            let reading = async {
                let mut left = limits::LINGER_BYTES_MAX;
                let mut piece = vec![0; limits::PAGE_FRAME_BYTES_MAX];
                let _ = tcp.shutdown().await;
                while let Ok(n @ 1..) = tcp.read(&mut piece).await {
                    left = left.saturating_sub(n);
                    if left == 0 {
                        break;
                    }
                }
            };
            // After the timeout, the socket is closed even if the peer still sends.
            let _ = tokio::time::timeout(Duration::from_millis(limits::LINGER_MS), reading).await;
            drop(place);
        });
    }
}

/// What the owner of a connection's WebSocket shares with the stream below it.
#[derive(Debug, Default)]
pub struct StreamHandle {
    /// Counts the bytes of an incomplete message that the stream has read.
    pub(crate) meter: Meter,
    /// A large frame that the stream itself writes, without the WebSocket library.
    pub(crate) direct: DirectFrame,
}

/// One accepted connection.
#[derive(Debug)]
pub struct Stream {
    /// The TCP connection. `None` only while the stream is being dropped.
    tcp: Option<TcpStream>,
    handle: Arc<StreamHandle>,
    lingering: Lingering,
    /// Timer that runs while a write makes no progress.
    stalled: Option<Pin<Box<Sleep>>>,
}

impl Stream {
    /// Wraps a connection that was just accepted.
    pub fn new(tcp: TcpStream, handle: Arc<StreamHandle>, lingering: Lingering) -> Self {
        Self {
            tcp: Some(tcp),
            handle,
            lingering,
            stalled: None,
        }
    }

    fn tcp(&mut self) -> Pin<&mut TcpStream> {
        Pin::new(self.tcp.as_mut().expect("only drop takes it"))
    }

    /// Writes the rest of the direct frame (a large frame that bypasses the WebSocket library), if
    /// there is one. Runs before every other write, so that a pong or a Close frame never
    /// interrupts a frame that is half written.
    fn poll_direct(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let handle = Arc::clone(&self.handle);
        handle.direct.poll_write(context, |context, parts| {
            let written = self.tcp().poll_write_vectored(context, parts);
            self.watch(context, written)
        })
    }

    /// Returns the result of a write. If writes make no progress for [`limits::WRITE_TIMEOUT_MS`],
    /// returns the error `TimedOut` instead.
    fn watch<T>(
        &mut self,
        context: &mut Context<'_>,
        written: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.stalled = None;
            return written;
        }
        let patience = Duration::from_millis(limits::WRITE_TIMEOUT_MS);
        let stalled = self
            .stalled
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(patience)));
        ready!(stalled.as_mut().poll(context));
        metrics::counter!("helpline_stalled_writes_total").increment(1);
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        if let Some(tcp) = self.tcp.take() {
            self.lingering.take(tcp);
        }
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(self.tcp().poll_read(context, buffer))?;
        let arrived = buffer.filled().len() - before;
        if arrived > 0 {
            self.handle.meter.arrived(arrived);
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_direct(context))?;
        let written = self.tcp().poll_write(context, bytes);
        self.watch(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_direct(context))?;
        let written = self.tcp().poll_write_vectored(context, parts);
        self.watch(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_direct(context))?;
        self.tcp().poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_direct(context))?;
        self.tcp().poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ping_amid_a_message_does_not_finish_it() {
        let meter = Meter::default();
        meter.arrived(7);
        let due = meter.due();
        meter.arrived(6);
        meter.control(0);
        assert_eq!((meter.unfinished_bytes(), meter.due()), (7, due));
        meter.message();
        assert_eq!((meter.unfinished_bytes(), meter.due()), (0, None));
        meter.arrived(131);
        meter.control(125);
        assert_eq!(meter.due(), None);
    }

    #[tokio::test]
    async fn what_is_written_after_a_direct_frame_never_comes_before_its_end() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (peer, accepted) = tokio::join!(TcpStream::connect(address), listener.accept());
        let (mut peer, handle) = (peer.unwrap(), Arc::<StreamHandle>::default());
        let lingering = Lingering::new(TaskTracker::new());
        let mut stream = Stream::new(accepted.unwrap().0, Arc::clone(&handle), lingering);
        // The text is larger than the socket buffers of both ends, so the frame is written in
        // parts.
        let text = "x".repeat(8 * 1024 * 1024);
        handle.direct.put(text.clone().into());
        let mut all = Vec::new();
        let writing = async {
            stream.write_all(b"after").await.unwrap();
            stream.shutdown().await.unwrap();
        };
        let (read, ()) = tokio::join!(peer.read_to_end(&mut all), writing);
        read.unwrap();
        assert!(all.ends_with(b"after"));
        assert_eq!(all.len(), 10 + text.len() + 5);
    }
}
