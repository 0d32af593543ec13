//! A private Redis Sentinel. It watches one master, and replaces a failed master by its replica.

use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::process::POLL_INTERVAL;
use crate::{ParentDeath, Process, Redis, RigError, free_port, locate};

const START_TIMEOUT: Duration = Duration::from_secs(20);
/// Time after which Sentinel considers a silent master to be down.
const DOWN_AFTER_MS: u32 = 1_000;

/// A Sentinel on 127.0.0.1 with a quorum of one. Killed on drop.
#[derive(Debug)]
pub struct Sentinel {
    process: Process,
    config: PathBuf,
    port: u16,
}

impl Sentinel {
    /// Starts a Sentinel that watches `master` under `name`. The master must have a replica.
    /// Returns once Sentinel knows the replica.
    ///
    /// # Errors
    /// If Redis is not installed, or Sentinel does not start.
    pub async fn start_new(name: &str, master: &Redis) -> Result<Self, RigError> {
        let program = locate::find_in_path("redis-server").ok_or(RigError::NotFound {
            program: "redis-server",
            hint: "looked in PATH and the usual places; on Debian: apt install redis-server",
        })?;
        let port = free_port();
        let place = |end: &str| {
            std::env::temp_dir().join(format!(
                "helpline-sentinel-{}-{port}.{end}",
                std::process::id()
            ))
        };
        // Sentinel saves its state in its configuration file, so each Sentinel gets its own file.
        let config = place("conf");
        let text = format!(
            "port {port}\nbind 127.0.0.1\nsentinel monitor {name} 127.0.0.1 {} 1\n\
             sentinel down-after-milliseconds {name} {DOWN_AFTER_MS}\nsentinel failover-timeout {name} 4000\n",
            master.port()
        );
        std::fs::write(&config, text).map_err(RigError::io("writing Sentinel's configuration"))?;
        let mut command = Command::new(program);
        command.arg(&config).arg("--sentinel").current_dir("/");
        let process = Process::new("redis-sentinel", place("log"), ParentDeath::Kill);
        process.start(command)?;
        let sentinel = Self {
            process,
            config,
            port,
        };
        let deadline = Instant::now() + START_TIMEOUT;
        while !sentinel.knows_a_replica(name).await {
            if let Some(status) = sentinel.process.ended() {
                return Err(sentinel.process.failed(status));
            }
            if Instant::now() > deadline {
                return Err(sentinel.process.timeout("know a replica", START_TIMEOUT));
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
        Ok(sentinel)
    }

    /// The port on which Sentinel listens.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Makes Sentinel watch a different master under this name, as an operator may do.
    ///
    /// # Errors
    /// [`RigError::Io`].
    pub async fn watch(&self, name: &str, master: &Redis) -> Result<(), RigError> {
        self.monitor(name, "127.0.0.1", master.port()).await
    }

    /// Makes Sentinel report that the master of this name is on `host`, at Redis's default port.
    ///
    /// # Errors
    /// [`RigError::Io`].
    pub async fn move_to_host(&self, name: &str, host: &str) -> Result<(), RigError> {
        self.monitor(name, host, 6_379).await
    }

    /// The port of the master that Sentinel reports for this name.
    ///
    /// # Errors
    /// [`RigError::Io`], also if Sentinel knows no master of this name.
    pub async fn master_port(&self, name: &str) -> Result<u16, RigError> {
        let question = format!("SENTINEL GET-MASTER-ADDR-BY-NAME {name}");
        let answer = crate::redis::ask(self.port, &question).await?;
        // The answer has two strings (host and port), each after a line with its length.
        let port = answer.lines().nth(4).and_then(|port| port.parse().ok());
        let unknown = || std::io::Error::other(answer.trim().to_owned());
        port.ok_or_else(unknown)
            .map_err(RigError::io("asking Sentinel for its master"))
    }

    async fn monitor(&self, name: &str, host: &str, port: u16) -> Result<(), RigError> {
        crate::redis::ask(self.port, &format!("SENTINEL REMOVE {name}")).await?;
        let monitor = format!("SENTINEL MONITOR {name} {host} {port} 1");
        crate::redis::ask(self.port, &monitor).await.map(drop)
    }

    async fn knows_a_replica(&self, name: &str) -> bool {
        crate::redis::ask(self.port, &format!("SENTINEL REPLICAS {name}"))
            .await
            .is_ok_and(|answer| answer.starts_with("*1"))
    }
}

impl Drop for Sentinel {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(self.process.log());
        let _ = std::fs::remove_file(&self.config);
    }
}
