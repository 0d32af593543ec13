//! Runs a gateway in a separate process. Tests use the real binary, and kill and restart it as in
//! production.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::process::POLL_INTERVAL;
use crate::{ParentDeath, Process, RigError, free_port};

const READY_TIMEOUT: Duration = Duration::from_secs(60);
/// Time limit for a gateway to drain and exit after SIGTERM. It is longer than the gateway's own
/// drain timeout.
const STOP_TIMEOUT: Duration = Duration::from_secs(30);
const PROBE_TIMEOUT: Duration = Duration::from_secs(5);

/// How to start a gateway: binary, settings, arguments, port and log file.
#[derive(Debug, Clone, Default)]
pub struct GatewaySpec {
    binary: Option<PathBuf>,
    env: Vec<(String, String)>,
    args: Vec<String>,
    port: Option<u16>,
    log: Option<PathBuf>,
    tells_metrics: bool,
}

impl GatewaySpec {
    /// Sets the binary. The default is `HELPLINE_BIN`, or else `helpline` in the target directory
    /// of the running program.
    #[must_use]
    pub fn binary(mut self, path: impl Into<PathBuf>) -> Self {
        self.binary = Some(path.into());
        self
    }

    /// Sets an environment variable of the gateway: `env("HELPLINE_REDIS_URL", …)`. The gateway
    /// does not inherit `HELPLINE_*` and `PG*` variables from this process.
    #[must_use]
    pub fn env(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.env.push((name.into(), value.into()));
        self
    }

    /// Adds a command-line argument after `helpline serve`.
    #[must_use]
    pub fn arg(mut self, arg: impl Into<String>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// Sets the port; the default is a free one.
    #[must_use]
    pub const fn port(mut self, port: u16) -> Self {
        self.port = Some(port);
        self
    }

    /// Makes the gateway serve `/metrics`, on the same address as its pages and its API.
    #[must_use]
    pub const fn with_metrics(mut self) -> Self {
        self.tells_metrics = true;
        self
    }

    /// Sets the log file. The default is a file in the system's temporary directory, which is
    /// removed on drop.
    #[must_use]
    pub fn log(mut self, file: impl Into<PathBuf>) -> Self {
        self.log = Some(file.into());
        self
    }

    /// Starts the gateway and waits until it is ready.
    ///
    /// # Errors
    /// If the binary is not found, exits, or is not ready in time.
    pub async fn start(self) -> Result<Gateway, RigError> {
        let gateway = self.prepare()?;
        gateway.start().await?;
        Ok(gateway)
    }

    /// Prepares the process with its binary, port and log file, but does not start it.
    fn prepare(self) -> Result<Gateway, RigError> {
        let binary = self.binary.map_or_else(Gateway::find_binary, Ok)?;
        let port = self.port.unwrap_or_else(free_port);
        let unnamed = || {
            std::env::temp_dir().join(format!(
                "helpline-gateway-{}-{port}.log",
                std::process::id()
            ))
        };
        let keeps_log = self.log.is_some();
        let process = Process::new(
            "helpline serve",
            self.log.unwrap_or_else(unnamed),
            ParentDeath::Kill,
        );
        Ok(Gateway {
            process,
            binary,
            env: self.env,
            args: self.args,
            port,
            keeps_log,
            tells_metrics: self.tells_metrics,
        })
    }
}

/// A gateway process. Killed on drop.
#[derive(Debug)]
pub struct Gateway {
    process: Process,
    binary: PathBuf,
    env: Vec<(String, String)>,
    args: Vec<String>,
    port: u16,
    keeps_log: bool,
    tells_metrics: bool,
}

impl Gateway {
    /// Returns the default specification. Adjust it, and then call `start`.
    pub fn spec() -> GatewaySpec {
        GatewaySpec::default()
    }

    /// Finds the gateway binary: the path in `HELPLINE_BIN`, or else a file named `helpline` in the
    /// directory of the running program or in its parent. Both `target/debug/helpline-loadtest` and
    /// `target/debug/deps/test-…` find it this way.
    ///
    /// # Errors
    /// [`RigError::NotFound`].
    pub fn find_binary() -> Result<PathBuf, RigError> {
        if let Some(named) = std::env::var_os("HELPLINE_BIN") {
            return Ok(named.into());
        }
        let exe = std::env::current_exe().unwrap_or_default();
        let beside = exe
            .ancestors()
            .skip(1)
            .take(2)
            .map(|dir| dir.join("helpline"))
            .find(|file| file.is_file());
        beside.ok_or(RigError::NotFound {
            program: "helpline",
            hint: "build it (cargo build -p helpline-gateway) or name it in HELPLINE_BIN",
        })
    }

    /// The gateway's port, which stays the same across restarts.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The gateway's HTTP URL: `http://127.0.0.1:<port>`.
    pub fn http_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The gateway's WebSocket URL: `ws://127.0.0.1:<port>/v1/ws`.
    pub fn ws_url(&self) -> String {
        format!("ws://127.0.0.1:{}/v1/ws", self.port)
    }

    /// The gateway's process id; `None` if it is not running.
    pub fn pid(&self) -> Option<u32> {
        self.process.pid()
    }

    /// The file that receives the gateway's output.
    pub fn log(&self) -> &Path {
        self.process.log()
    }

    /// Starts the gateway after [`Self::stop`] or [`Self::kill9`], and waits for `/readyz`.
    ///
    /// # Errors
    /// [`RigError::Failed`] with the end of the log, or [`RigError::Timeout`].
    pub async fn start(&self) -> Result<(), RigError> {
        self.start_with(&[]).await
    }

    /// Starts the gateway like [`Self::start`], with additional environment variables for this
    /// start only.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub async fn start_with(&self, settings: &[(&str, &str)]) -> Result<(), RigError> {
        let mut command = Command::new(&self.binary);
        command.arg("serve").args(&self.args);
        // `HELPLINE_*` variables for a different installation, and `PG*` variables for psql, must
        // not affect this gateway.
        for (name, _) in std::env::vars_os().filter(|(name, _)| {
            let name = name.to_string_lossy();
            name.starts_with("HELPLINE_") || name.starts_with("PG")
        }) {
            command.env_remove(name);
        }
        let listen = format!("127.0.0.1:{}", self.port);
        command.env("HELPLINE_LISTEN", &listen);
        if self.tells_metrics {
            command.env("HELPLINE_METRICS_LISTEN", listen);
        }
        command.envs(self.env.iter().map(|(name, value)| (name, value)));
        command.envs(settings.iter().copied());
        self.process.start(command)?;
        let deadline = Instant::now() + READY_TIMEOUT;
        while self.get_status("/readyz").await != Some(200) {
            if let Some(status) = self.process.ended() {
                return Err(self.process.failed(status));
            }
            if Instant::now() > deadline {
                return Err(self.process.timeout("become ready", READY_TIMEOUT));
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
        Ok(())
    }

    /// Sends SIGTERM and waits until the gateway has drained its connections and exited. Returns
    /// the exit code, or `None` if a signal ended the process or the process was not running.
    ///
    /// # Errors
    /// [`RigError::Timeout`].
    pub async fn stop(&self) -> Result<Option<i32>, RigError> {
        self.terminate();
        self.ends().await
    }

    /// Waits for the process to exit, for example after [`Self::terminate`]. Returns the exit code
    /// as [`Self::stop`] does.
    ///
    /// # Errors
    /// [`RigError::Timeout`].
    pub async fn ends(&self) -> Result<Option<i32>, RigError> {
        Ok(self
            .process
            .wait(STOP_TIMEOUT)
            .await?
            .and_then(|status| status.code()))
    }

    /// Sends SIGTERM without waiting, so that a test can observe the drain. A second SIGTERM cuts
    /// the drain short.
    pub fn terminate(&self) {
        self.signal("TERM");
    }

    /// Sends the signal of this name (`INT`, `HUP`, …).
    pub fn signal(&self, name: &str) {
        self.process.signal(name);
    }

    /// Sends SIGKILL and waits for the process to exit.
    ///
    /// # Errors
    /// [`RigError::Timeout`].
    pub async fn kill9(&self) -> Result<(), RigError> {
        self.process.kill9().await
    }

    /// Stops the gateway if it runs, and starts it on the same port.
    ///
    /// # Errors
    /// As [`Self::stop`] and [`Self::start`].
    pub async fn restart(&self) -> Result<(), RigError> {
        self.stop().await?;
        self.start().await
    }

    /// Sends SIGSTOP: the gateway's connections stay open, but it answers no request.
    pub fn freeze(&self) {
        self.process.freeze();
    }

    /// Sends SIGCONT, which ends [`Self::freeze`].
    pub fn thaw(&self) {
        self.process.thaw();
    }

    /// The exit status if the process ended without a call of `stop` or `kill9`, for example
    /// because it crashed at a failpoint.
    pub fn ended(&self) -> Option<std::process::ExitStatus> {
        self.process.ended()
    }

    /// The HTTP status of a plain GET request, or `None` if there is no response.
    pub async fn get_status(&self, path: &str) -> Option<u16> {
        let exchange = async {
            let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await.ok()?;
            let request = format!(
                "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\n\r\n",
                self.port
            );
            stream.write_all(request.as_bytes()).await.ok()?;
            let mut head = Vec::new();
            stream.take(4096).read_to_end(&mut head).await.ok()?;
            String::from_utf8_lossy(&head)
                .split_whitespace()
                .nth(1)?
                .parse()
                .ok()
        };
        tokio::time::timeout(PROBE_TIMEOUT, exchange)
            .await
            .ok()
            .flatten()
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        if !self.keeps_log && !std::thread::panicking() {
            let _ = std::fs::remove_file(self.process.log());
        }
    }
}
