//! Scanners of attachments: Debian's real clamd with a signature of its own, and a double that misbehaves.

use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::process::POLL_INTERVAL;
use crate::{ParentDeath, Process, RigError, free_port, locate};

const START_TIMEOUT: Duration = Duration::from_secs(60);
/// The name of the signature that [`Clamd`] knows.
pub const EICAR_NAME: &str = "Eicar-Test-Signature.UNOFFICIAL";

/// The EICAR test file, which every scanner reports. It is put together when it is needed, so that no scanner finds it in the sources
/// or in a program.
pub fn eicar() -> Vec<u8> {
    let first = r"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR";
    let second = ["-STANDARD-ANTI", "VIRUS-TEST-FILE!$H+H*"].join("");
    [first.as_bytes(), second.as_bytes()].concat()
}

/// clamd on 127.0.0.1 and on a socket, with one local signature: it needs no downloaded ones. Killed on drop.
#[derive(Debug)]
pub struct Clamd {
    process: Process,
    place: PathBuf,
    port: u16,
    program: PathBuf,
}

impl Clamd {
    /// Starts clamd with these additional lines of `clamd.conf`, such as `StreamMaxLength 1M`.
    ///
    /// # Errors
    /// If clamd is not installed or does not start.
    pub async fn start_new(settings: &[&str]) -> Result<Self, RigError> {
        let program = locate::find_in_path("clamd").ok_or(RigError::NotFound {
            program: "clamd",
            hint: "looked in PATH and the usual places; on Debian: apt install clamav-daemon",
        })?;
        let port = free_port();
        let place =
            std::env::temp_dir().join(format!("helpline-clamd-{}-{port}", std::process::id()));
        let database = place.join("database");
        std::fs::create_dir_all(&database).map_err(RigError::io("making clamd's directory"))?;
        let hex: String = eicar().iter().map(|byte| format!("{byte:02x}")).collect();
        let name = EICAR_NAME.trim_end_matches(".UNOFFICIAL");
        let mut lines = vec![
            "Foreground yes".to_owned(),
            format!("DatabaseDirectory {}", database.display()),
            format!("TemporaryDirectory {}", place.display()),
            format!("LocalSocket {}", place.join("socket").display()),
            "TCPAddr 127.0.0.1".to_owned(),
            format!("TCPSocket {port}"),
            "AlertEncrypted yes".to_owned(),
            "AlertExceedsMax yes".to_owned(),
        ];
        lines.extend(settings.iter().map(|line| (*line).to_owned()));
        let files = [
            (database.join("test.ndb"), format!("{name}:0:*:{hex}\n")),
            (place.join("clamd.conf"), lines.join("\n") + "\n"),
        ];
        for (path, text) in files {
            std::fs::write(path, text).map_err(RigError::io("writing clamd's files"))?;
        }
        let clamd = Self {
            process: Process::new("clamd", place.join("log"), ParentDeath::Kill),
            place,
            port,
            program,
        };
        clamd.start().await?;
        Ok(clamd)
    }

    /// Starts clamd after [`Self::kill9`], and waits until it answers.
    ///
    /// # Errors
    /// [`RigError::Failed`] with the end of the log, or [`RigError::Timeout`].
    pub async fn start(&self) -> Result<(), RigError> {
        let mut command = Command::new(&self.program);
        command
            .arg("--config-file")
            .arg(self.place.join("clamd.conf"))
            .current_dir("/");
        self.process.start(command)?;
        let deadline = Instant::now() + START_TIMEOUT;
        while !self.pings().await {
            if let Some(status) = self.process.ended() {
                return Err(self.process.failed(status));
            }
            if Instant::now() > deadline {
                return Err(self.process.timeout("answer", START_TIMEOUT));
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
        Ok(())
    }

    async fn pings(&self) -> bool {
        let asking = async {
            let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await?;
            stream.write_all(b"zPING\0").await?;
            let mut answer = Vec::new();
            stream.read_to_end(&mut answer).await?;
            Ok::<_, std::io::Error>(answer == b"PONG\0")
        };
        let asked = tokio::time::timeout(Duration::from_secs(5), asking).await;
        matches!(asked, Ok(Ok(true)))
    }

    /// The address for `--scanner`, over TCP.
    pub fn address(&self) -> String {
        format!("tcp://127.0.0.1:{}", self.port)
    }

    /// The address for `--scanner`, over a socket.
    pub fn socket_address(&self) -> String {
        format!("unix:{}", self.place.join("socket").display())
    }

    /// Sends SIGKILL and waits for the process to exit.
    ///
    /// # Errors
    /// [`RigError::Timeout`].
    pub async fn kill9(&self) -> Result<(), RigError> {
        self.process.kill9().await
    }

    /// Sends SIGSTOP: connections are accepted by the system, and nothing is answered.
    pub fn freeze(&self) {
        self.process.freeze();
    }

    /// Sends SIGCONT, which ends [`Self::freeze`].
    pub fn thaw(&self) {
        self.process.thaw();
    }
}

impl Drop for Clamd {
    fn drop(&mut self) {
        self.process.signal("KILL");
        let _ = std::fs::remove_dir_all(&self.place);
    }
}

/// What a [`ScannerDouble`] does with a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScannerMood {
    /// Reads the whole stream, and finds the EICAR test file as clamd does.
    Honest,
    /// Reads the whole stream, answers this text, and closes the connection.
    Answers(String),
    /// Answers this text before it has read anything, and goes on reading.
    AnswersAtOnce(String),
    /// Reads so many bytes, answers this text with a zero byte, and closes the connection without reading the rest.
    RefusesAfter(usize, String),
    /// Reads so many bytes, and closes the connection without an answer.
    CutsAfter(usize),
    /// Reads the whole stream, and answers this text without a zero byte.
    HalfAnswers(String),
    /// Reads nothing, and does not answer.
    Hangs,
    /// Reads the whole stream, and does not answer.
    NeverAnswers,
}

/// A scanner that does what its mood says. Stops on drop.
#[derive(Debug)]
pub struct ScannerDouble {
    port: u16,
    mood: Arc<Mutex<ScannerMood>>,
    streams: Arc<AtomicU64>,
    _tasks: JoinSet<()>,
}

impl ScannerDouble {
    /// Starts the double on a free port.
    ///
    /// # Errors
    /// [`RigError::Io`].
    pub async fn start_new(mood: ScannerMood) -> Result<Self, RigError> {
        let port = free_port();
        let listener = TcpListener::bind(("127.0.0.1", port))
            .await
            .map_err(RigError::io(format!("listening on port {port}")))?;
        let mood = Arc::new(Mutex::new(mood));
        let streams = Arc::new(AtomicU64::new(0));
        let mut tasks = JoinSet::new();
        let (moods, counter) = (Arc::clone(&mood), Arc::clone(&streams));
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let mood = moods.lock().unwrap_or_else(PoisonError::into_inner).clone();
                let counter = Arc::clone(&counter);
                connections.spawn(async move {
                    // A client that goes away ends its conversation.
                    let _ = converse(stream, mood, &counter).await;
                });
                while connections.try_join_next().is_some() {}
            }
        });
        Ok(Self {
            port,
            mood,
            streams,
            _tasks: tasks,
        })
    }

    /// The address for `--scanner`.
    pub fn address(&self) -> String {
        format!("tcp://127.0.0.1:{}", self.port)
    }

    /// From the next connection on, does this.
    pub fn set(&self, mood: ScannerMood) {
        *self.mood.lock().unwrap_or_else(PoisonError::into_inner) = mood;
    }

    /// Number of streams that were begun.
    pub fn streams(&self) -> u64 {
        self.streams.load(Ordering::Relaxed)
    }
}

async fn converse(
    mut stream: TcpStream,
    mood: ScannerMood,
    streams: &AtomicU64,
) -> std::io::Result<()> {
    let mut command = Vec::new();
    while command.last() != Some(&0) {
        command.push(stream.read_u8().await?);
    }
    match command.as_slice() {
        b"zPING\0" if mood != ScannerMood::Hangs => return stream.write_all(b"PONG\0").await,
        b"zVERSION\0" if mood != ScannerMood::Hangs => {
            return stream.write_all(b"ClamAV 0.0.0/1/double\0").await;
        }
        b"zINSTREAM\0" => streams.fetch_add(1, Ordering::Relaxed),
        _ => return std::future::pending().await,
    };
    match mood {
        ScannerMood::Hangs => std::future::pending().await,
        ScannerMood::NeverAnswers => {
            read_stream(&mut stream).await?;
            std::future::pending().await
        }
        ScannerMood::Honest => {
            let file = read_stream(&mut stream).await?;
            let needle = eicar();
            let is_infected = file.windows(needle.len()).any(|part| part == needle);
            let answer = if is_infected {
                "stream: Eicar-Test-Signature FOUND\0"
            } else {
                "stream: OK\0"
            };
            stream.write_all(answer.as_bytes()).await
        }
        ScannerMood::Answers(text) => {
            read_stream(&mut stream).await?;
            stream.write_all(format!("{text}\0").as_bytes()).await
        }
        ScannerMood::HalfAnswers(text) => {
            read_stream(&mut stream).await?;
            stream.write_all(text.as_bytes()).await
        }
        ScannerMood::AnswersAtOnce(text) => {
            stream.write_all(format!("{text}\0").as_bytes()).await?;
            read_stream(&mut stream).await.map(drop)
        }
        ScannerMood::RefusesAfter(bytes, text) => {
            stream.read_exact(&mut vec![0; bytes]).await?;
            stream.write_all(format!("{text}\0").as_bytes()).await
        }
        ScannerMood::CutsAfter(bytes) => stream.read_exact(&mut vec![0; bytes]).await.map(drop),
    }
}

/// Reads chunks until the empty one.
async fn read_stream(stream: &mut TcpStream) -> std::io::Result<Vec<u8>> {
    let mut file = Vec::new();
    loop {
        let length = stream.read_u32().await? as usize;
        if length == 0 {
            return Ok(file);
        }
        let from = file.len();
        file.resize(from + length, 0);
        stream.read_exact(&mut file[from..]).await?;
    }
}
