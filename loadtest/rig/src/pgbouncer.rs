//! A private PgBouncer before a Postgres, in either of its modes that keep transactions whole.

use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use tokio::net::TcpStream;

use crate::cluster::{Cluster, write_private};
use crate::process::POLL_INTERVAL;
use crate::{ParentDeath, Process, RigError, free_port, locate};

const START_TIMEOUT: Duration = Duration::from_secs(20);

/// For how long a client has a session of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PoolMode {
    /// For as long as the client stays.
    Session,
    /// For one transaction.
    Transaction,
}

impl PoolMode {
    /// The word of `pool_mode`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Transaction => "transaction",
        }
    }
}

/// One PgBouncer on 127.0.0.1. Killed on drop.
#[derive(Debug)]
pub struct PgBouncer {
    // Declared before its place: it ends before its files go.
    process: Process,
    place: Cluster,
    binary: PathBuf,
    port: u16,
}

impl PgBouncer {
    /// Whether it is installed here.
    pub fn is_installed() -> bool {
        locate::find_in_path("pgbouncer").is_some()
    }

    /// Starts one before the Postgres on this port, for every database of it and these logins with their passwords. `settings` are further lines
    /// of its section `[pgbouncer]`; `databases` stand before the one that leads to all.
    ///
    /// # Errors
    /// When it is not installed, or does not start.
    pub async fn start_before(
        postgres_port: u16,
        mode: PoolMode,
        logins: &[(&str, &str)],
        databases: &str,
        settings: &str,
    ) -> Result<Self, RigError> {
        let binary = locate::find_in_path("pgbouncer").ok_or(RigError::NotFound {
            program: "pgbouncer",
            hint: "looked in PATH and the usual places; on Debian: apt install pgbouncer",
        })?;
        let (place, dir) = Cluster::reserved(String::new())?;
        let port = free_port();
        let users: String = logins
            .iter()
            .map(|(login, password)| format!("\"{login}\" \"{password}\"\n"))
            .collect();
        write_private(&dir.join("users"), &users, place.user.as_ref())?;
        let config = format!(
            "[databases]\n{databases}\n* = host=127.0.0.1 port={postgres_port}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
             unix_socket_dir =\nauth_type = scram-sha-256\nauth_file = {}\npool_mode = {}\nmax_client_conn = 2000\ndefault_pool_size = 40\n\
             server_login_retry = 1\n{settings}\n",
            dir.join("users").display(),
            mode.word(),
        );
        write_private(&dir.join("pgbouncer.ini"), &config, place.user.as_ref())?;
        let log = dir.join("pgbouncer.log");
        let process = Process::new("pgbouncer", log, ParentDeath::Kill).run_as(place.user.clone());
        let pooler = Self {
            process,
            place,
            binary,
            port,
        };
        pooler.start().await?;
        Ok(pooler)
    }

    /// The port.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// SIGKILL.
    ///
    /// # Errors
    /// [`RigError::Timeout`].
    pub async fn kill9(&self) -> Result<(), RigError> {
        self.process.kill9().await
    }

    /// Starts it after [`Self::kill9`], on the same port.
    ///
    /// # Errors
    /// [`RigError::Failed`] with the end of the log, or [`RigError::Timeout`].
    pub async fn start(&self) -> Result<(), RigError> {
        let deadline = Instant::now() + START_TIMEOUT;
        let mut command = Command::new(&self.binary);
        command
            .arg(self.place.data.with_file_name("pgbouncer.ini"))
            .current_dir("/");
        self.process.start(command)?;
        while TcpStream::connect(("127.0.0.1", self.port)).await.is_err() {
            if let Some(status) = self.process.ended() {
                return Err(self.process.failed(status));
            }
            if Instant::now() > deadline {
                return Err(self.process.timeout("listen", START_TIMEOUT));
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
        Ok(())
    }
}
