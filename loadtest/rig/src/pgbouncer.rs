//! A private PgBouncer (connection pooler) in front of Postgres. It runs in session or transaction
//! mode; a transaction keeps its server connection in either mode.

use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use tokio::net::TcpStream;

use crate::cluster::{Cluster, write_private};
use crate::process::POLL_INTERVAL;
use crate::{ParentDeath, Process, RigError, free_port, locate};

const START_TIMEOUT: Duration = Duration::from_secs(20);

/// How long PgBouncer reserves a server connection for a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PoolMode {
    /// A client keeps its server connection until the client disconnects.
    Session,
    /// A client keeps its server connection until its transaction ends.
    Transaction,
}

impl PoolMode {
    /// The value of PgBouncer's setting `pool_mode`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Transaction => "transaction",
        }
    }
}

/// A PgBouncer on 127.0.0.1. Killed on drop.
#[derive(Debug)]
pub struct PgBouncer {
    // Fields are dropped in order: the process ends before its files are removed.
    process: Process,
    place: Cluster,
    binary: PathBuf,
    port: u16,
}

impl PgBouncer {
    /// Whether PgBouncer is installed on this machine.
    pub fn is_installed() -> bool {
        locate::find_in_path("pgbouncer").is_some()
    }

    /// Starts a PgBouncer in front of the Postgres on `postgres_port`. It serves all databases of
    /// that Postgres. `logins` are the names and passwords of the users who may connect. `settings`
    /// are additional lines of the configuration section `[pgbouncer]`, and `databases` of the
    /// section `[databases]`.
    ///
    /// # Errors
    /// If PgBouncer is not installed or does not start.
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

    /// The port on which PgBouncer listens.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Sends SIGKILL and waits for the process to exit.
    ///
    /// # Errors
    /// [`RigError::Timeout`].
    pub async fn kill9(&self) -> Result<(), RigError> {
        self.process.kill9().await
    }

    /// Starts PgBouncer on the same port after [`Self::kill9`].
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
