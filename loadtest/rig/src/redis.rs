//! A private Redis server without persistence, as the relay between gateways uses it.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::process::POLL_INTERVAL;
use crate::{ParentDeath, Process, RigError, free_port, locate};

const START_TIMEOUT: Duration = Duration::from_secs(20);
const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);
/// Payload that overruns a subscriber's output buffer. It is larger than Redis's fixed buffer per
/// client, and smaller than the limit of an inline command.
const OVERRUN_BYTES: usize = 40 * 1024;

/// Number of keys that Redis loads at a slow start, and the delay for each key.
const LOADED_KEYS: u32 = 1_000;
const KEY_LOAD_MICROS: u32 = 4_000;

/// A Redis server on 127.0.0.1. Killed on drop.
#[derive(Debug)]
pub struct Redis {
    process: Process,
    port: u16,
    settings: Vec<(String, String)>,
}

impl Redis {
    /// Starts a server on a free port.
    ///
    /// # Errors
    /// If Redis is not installed or does not start.
    pub async fn start_new() -> Result<Self, RigError> {
        Self::start_new_with(&[]).await
    }

    /// As [`Self::start_new`], with additional settings of `redis.conf`, such as
    /// `client-output-buffer-limit`.
    ///
    /// # Errors
    /// As [`Self::start_new`].
    pub async fn start_new_with(settings: &[(&str, &str)]) -> Result<Self, RigError> {
        let port = free_port();
        let log =
            std::env::temp_dir().join(format!("helpline-redis-{}-{port}.log", std::process::id()));
        let settings = settings
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let redis = Self {
            process: Process::new("redis-server", log, ParentDeath::Kill),
            port,
            settings,
        };
        redis.start().await?;
        Ok(redis)
    }

    /// Starts a replica of this server.
    ///
    /// # Errors
    /// As [`Self::start_new`].
    pub async fn start_replica(&self) -> Result<Self, RigError> {
        let master = format!("127.0.0.1 {}", self.port);
        Self::start_new_with(&[("replicaof", &master), ("repl-diskless-sync-delay", "0")]).await
    }

    /// Whether this server is currently a replica.
    ///
    /// # Errors
    /// [`RigError::Io`].
    pub async fn is_replica(&self) -> Result<bool, RigError> {
        Ok(self.command("ROLE").await?.contains("slave"))
    }

    /// Starts two nodes of one Redis Cluster. The second node owns all slots, so the first node
    /// redirects every command for a key.
    ///
    /// # Errors
    /// As [`Self::start_new`].
    pub async fn start_cluster() -> Result<[Self; 2], RigError> {
        let [first, second] = [Self::start_node(&[]).await?, Self::start_node(&[]).await?];
        second.command("CLUSTER ADDSLOTSRANGE 0 16383").await?;
        let bus = second.setting("cluster-port");
        first
            .command(&format!("CLUSTER MEET 127.0.0.1 {} {bus}", second.port))
            .await?;
        let deadline = Instant::now() + START_TIMEOUT;
        for node in [&first, &second] {
            while !node
                .command("CLUSTER INFO")
                .await?
                .contains("cluster_state:ok")
            {
                if Instant::now() > deadline {
                    return Err(node.process.timeout("join the cluster", START_TIMEOUT));
                }
                tokio::time::sleep(POLL_INTERVAL).await;
            }
        }
        Ok([first, second])
    }

    /// Starts a Redis Cluster node that knows no other nodes yet.
    pub(crate) async fn start_node(settings: &[(&str, &str)]) -> Result<Self, RigError> {
        let bus = free_port().to_string();
        let file = format!("helpline-redis-{}-{bus}.nodes", std::process::id());
        let of_a_node = [
            ("cluster-enabled", "yes"),
            ("cluster-port", &bus),
            ("cluster-config-file", &file),
        ];
        Self::start_new_with(&[&of_a_node[..], settings].concat()).await
    }

    pub(crate) fn setting(&self, name: &str) -> &str {
        self.settings
            .iter()
            .find(|(one, _)| one == name)
            .map_or("", |(_, value)| value)
    }

    /// The server's port, which stays the same across restarts.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The server's URL: `redis://127.0.0.1:<port>`.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// The server's process id; `None` if it is not running.
    pub fn pid(&self) -> Option<u32> {
        self.process.pid()
    }

    /// The server's log file.
    pub fn log(&self) -> &Path {
        self.process.log()
    }

    /// Stops the server cleanly with SIGTERM.
    ///
    /// # Errors
    /// [`RigError::Timeout`].
    pub async fn stop(&self) -> Result<(), RigError> {
        self.process.signal("TERM");
        self.process.wait(START_TIMEOUT).await.map(drop)
    }

    /// Sends SIGKILL and waits for the process to exit.
    ///
    /// # Errors
    /// [`RigError::Timeout`].
    pub async fn kill9(&self) -> Result<(), RigError> {
        self.process.kill9().await
    }

    /// Stops the server if it runs, and starts it on the same port. All data is lost.
    ///
    /// # Errors
    /// As [`Self::stop`] and [`Self::start`].
    pub async fn restart(&self) -> Result<(), RigError> {
        self.stop().await?;
        self.start().await
    }

    /// Kills the server and restarts it with so much data that it answers `LOADING` for some
    /// seconds. Returns once loading has finished and all keys are deleted.
    ///
    /// # Errors
    /// [`RigError::Io`], and as [`Self::kill9`] and [`Self::start`].
    pub async fn restart_loading(&self) -> Result<(), RigError> {
        self.command(&format!(
            "EVAL \"for i=1,{LOADED_KEYS} do redis.call('SET','load:'..i,i) end\" 0"
        ))
        .await?;
        self.command("SAVE").await?;
        self.kill9().await?;
        // While Redis loads its dump file, make it serve its clients after every 1,024 bytes of the
        // file. The clients then receive the `LOADING` error, which is the fault to test.
        let delay = KEY_LOAD_MICROS.to_string();
        let started = self
            .start_with(&[
                "--key-load-delay",
                &delay,
                "--loading-process-events-interval-bytes",
                "1024",
            ])
            .await;
        let _ = std::fs::remove_file(std::env::temp_dir().join(self.dump_name()));
        started?;
        self.flush().await
    }

    fn dump_name(&self) -> String {
        format!("helpline-redis-{}-{}.rdb", std::process::id(), self.port)
    }

    /// Sends SIGSTOP: connections stay open, and no command is answered.
    pub fn freeze(&self) {
        self.process.freeze();
    }

    /// Sends SIGCONT, which ends [`Self::freeze`].
    pub fn thaw(&self) {
        self.process.thaw();
    }

    /// Deletes every key.
    ///
    /// # Errors
    /// [`RigError::Io`].
    pub async fn flush(&self) -> Result<(), RigError> {
        self.command("FLUSHALL").await.map(drop)
    }

    /// From this call on, new connections must authenticate with this password.
    ///
    /// # Errors
    /// [`RigError::Io`].
    pub async fn demand_password(&self, password: &str) -> Result<(), RigError> {
        self.command(&format!("CONFIG SET requirepass {password}"))
            .await
            .map(drop)
    }

    /// Ends every subscriber's connection with `CLIENT KILL`, as an operator may do.
    ///
    /// # Errors
    /// [`RigError::Io`].
    pub async fn kill_subscribers(&self) -> Result<(), RigError> {
        self.command("CLIENT KILL TYPE pubsub").await.map(drop)
    }

    /// Ends every client's connection with `CLIENT KILL`, including publishers' connections.
    ///
    /// # Errors
    /// [`RigError::Io`].
    pub async fn kill_clients(&self) -> Result<(), RigError> {
        self.command("CLIENT KILL TYPE normal").await?;
        self.kill_subscribers().await
    }

    /// Lowers the output buffer limit of subscribers to 1 KiB and publishes a larger payload. Redis
    /// then disconnects the subscribers, and the publisher does not notice. The payload is not a
    /// valid event; subscribers must ignore it.
    ///
    /// # Errors
    /// [`RigError::Io`].
    pub async fn overrun(&self) -> Result<(), RigError> {
        self.command("CONFIG SET client-output-buffer-limit \"pubsub 1024 1024 1\"")
            .await?;
        let channels = self.command("PUBSUB CHANNELS *.t.*").await?;
        if let Some(channel) = channels.lines().nth(2) {
            self.command(&format!(
                "PUBLISH {} {}",
                channel.trim(),
                "x".repeat(OVERRUN_BYTES)
            ))
            .await?;
        }
        Ok(())
    }

    /// Restores Redis's default output buffer limit after [`Self::overrun`].
    ///
    /// # Errors
    /// [`RigError::Io`].
    pub async fn relax(&self) -> Result<(), RigError> {
        self.command("CONFIG SET client-output-buffer-limit \"pubsub 33554432 8388608 60\"")
            .await
            .map(drop)
    }

    /// Starts the server after [`Self::stop`] or [`Self::kill9`], and waits for its first answer.
    ///
    /// # Errors
    /// [`RigError::Failed`] with the end of the log, or [`RigError::Timeout`].
    pub async fn start(&self) -> Result<(), RigError> {
        self.start_with(&[]).await
    }

    async fn start_with(&self, arguments: &[&str]) -> Result<(), RigError> {
        let program = locate::find_in_path("redis-server").ok_or(RigError::NotFound {
            program: "redis-server",
            hint: "looked in PATH and the usual places; on Debian: apt install redis-server",
        })?;
        let mut command = Command::new(program);
        command.args([
            "--port",
            &self.port.to_string(),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--appendonly",
            "no",
            "--daemonize",
            "no",
        ]);
        command
            .arg("--dir")
            .arg(std::env::temp_dir())
            .args(["--dbfilename", &self.dump_name()]);
        command.args(arguments).current_dir("/");
        for (name, value) in &self.settings {
            command
                .arg(format!("--{name}"))
                .args(value.split_whitespace());
        }
        self.process.start(command)?;
        let deadline = Instant::now() + START_TIMEOUT;
        while !self
            .command("PING")
            .await
            .is_ok_and(|answer| answer.starts_with("+PONG"))
        {
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

    pub(crate) fn late(&self, what: &'static str, after: Duration) -> RigError {
        self.process.timeout(what, after)
    }

    pub(crate) async fn command(&self, line: &str) -> Result<String, RigError> {
        ask(self.port, line).await
    }
}

/// Sends one inline command to the Redis server on `port`. Returns the first chunk of the answer,
/// which is enough for short answers.
pub(crate) async fn ask(port: u16, line: &str) -> Result<String, RigError> {
    let exchange = async {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream.write_all(format!("{line}\r\n").as_bytes()).await?;
        let mut answer = [0; 512];
        let n = stream.read(&mut answer).await?;
        Ok(String::from_utf8_lossy(&answer[..n]).into_owned())
    };
    let late = |_| std::io::Error::from(std::io::ErrorKind::TimedOut);
    tokio::time::timeout(ANSWER_TIMEOUT, exchange)
        .await
        .map_err(late)
        .flatten()
        .map_err(RigError::io(format!("asking Redis: {line}")))
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(self.process.log());
        let _ = std::fs::remove_file(std::env::temp_dir().join(self.dump_name()));
        match self.setting("cluster-config-file") {
            "" => {}
            nodes => drop(std::fs::remove_file(std::env::temp_dir().join(nodes))),
        }
    }
}
