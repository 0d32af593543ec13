//! A private Postgres server that tests can start, break and stop. A temporary server leaves no
//! files.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use tokio_postgres::NoTls;

use crate::cluster::{Cluster, SUPERUSER};
use crate::process::{POLL_INTERVAL, tail};
use crate::{ParentDeath, Process, RigError, free_port, locate};

/// Time limit from the start of Postgres to its first answer. It includes crash recovery of a large
/// test database.
const START_TIMEOUT: Duration = Duration::from_secs(60);
/// Time limit for a fast shutdown, which writes a checkpoint first.
const STOP_TIMEOUT: Duration = Duration::from_secs(60);

/// Turns off durability: tests do not need it, and it would take most of their time.
const TEMPORARY_SETTINGS: &[(&str, &str)] = &[
    ("fsync", "off"),
    ("full_page_writes", "off"),
    ("shared_buffers", "128MB"),
    ("max_connections", "300"),
    ("max_wal_size", "4GB"),
    ("checkpoint_timeout", "30min"),
];

/// Lets tests, and a person who uses psql, write SQL without the name of the schema. Helpline's own
/// statements name the schema, and its role has an empty search path.
const SEARCH_PATH: (&str, &str) = ("search_path", "helpline, public");

/// A Postgres cluster on 127.0.0.1 with a random superuser password. Dropping it kills the server,
/// and deletes the files of a temporary cluster.
#[derive(Debug)]
pub struct Postgres {
    // Fields are dropped in order: the server ends before its files are removed.
    process: Process,
    pub(crate) cluster: Cluster,
    bin: PathBuf,
    port: u16,
    pub(crate) settings: Vec<(String, String)>,
}

/// Names a library that is loaded into the servers, for tests under faketime.
const PRELOAD: &str = "RIG_POSTGRES_PRELOAD";

/// Where faketime reads the time of the servers, with `FAKETIME_TIMESTAMP_FILE` in the environment.
const FAKETIME_FILE: &str = "FAKETIME_TIMESTAMP_FILE";

impl Postgres {
    /// Sets the time of every server that faketime was loaded into: an offset from the true time,
    /// such as `+300d`.
    ///
    /// # Errors
    /// If no file was named to faketime, or the file cannot be written.
    pub fn set_time(offset: &str) -> Result<(), RigError> {
        let file = std::env::var_os(FAKETIME_FILE).unwrap_or_default();
        std::fs::write(file, offset).map_err(RigError::io(format!("writing {FAKETIME_FILE}")))
    }

    /// Starts a new cluster that is tuned for tests and deleted on drop.
    ///
    /// # Errors
    /// If Postgres is not installed or does not start.
    pub async fn start_temporary() -> Result<Self, RigError> {
        Self::start_temporary_with(&[]).await
    }

    /// As [`Self::start_temporary`], with additional settings of `postgresql.conf`. They override
    /// the rig's settings.
    ///
    /// # Errors
    /// As [`Self::start_temporary`].
    pub async fn start_temporary_with(settings: &[(&str, &str)]) -> Result<Self, RigError> {
        let bin = locate::postgres_bin_dir()?;
        // `initdb` takes about a second. In a blocking task it does not stop the test's clients.
        let made = tokio::task::spawn_blocking(move || {
            Cluster::temporary(&bin).map(|cluster| (bin, cluster))
        });
        let (bin, cluster) = made.await.expect("initdb's task does not panic")?;
        let settings = [TEMPORARY_SETTINGS, settings].concat();
        Self::start_cluster(bin, cluster, ParentDeath::Quit, &settings).await
    }

    /// Starts the cluster in `dir`, and creates the cluster if `dir` has none. The cluster keeps
    /// real data, so it syncs every commit to disk.
    ///
    /// # Errors
    /// As [`Self::start_temporary`]; also if a Postgres server already runs on this directory.
    pub async fn start_in(dir: impl AsRef<Path>) -> Result<Self, RigError> {
        Self::start_in_with(dir, &[]).await
    }

    /// As [`Self::start_in`], with additional settings of `postgresql.conf`.
    ///
    /// # Errors
    /// As [`Self::start_in`].
    pub async fn start_in_with(
        dir: impl AsRef<Path>,
        settings: &[(&str, &str)],
    ) -> Result<Self, RigError> {
        let bin = locate::postgres_bin_dir()?;
        let cluster = Cluster::kept_in(&bin, dir.as_ref())?;
        Self::start_cluster(bin, cluster, ParentDeath::Interrupt, settings).await
    }

    /// Starts a standby that streams from this cluster, in a temporary directory of its own, with
    /// the same roles and passwords. The standby's application name is `rig`, so that
    /// `synchronous_standby_names` can name it.
    ///
    /// # Errors
    /// If the base backup fails or the standby does not start.
    pub async fn start_standby(&self) -> Result<Self, RigError> {
        let cluster = self.cluster.copied_from(&self.bin, self.port)?;
        let settings: Vec<_> = self
            .settings
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        Self::start_cluster(self.bin.clone(), cluster, ParentDeath::Quit, &settings).await
    }

    /// Starts a second server on a copy of this server's files, as from a volume snapshot. The copy
    /// has the same system identifier, databases and passwords. This server must be stopped.
    ///
    /// # Errors
    /// If the files cannot be copied or the copy does not start.
    pub async fn start_snapshot(&self) -> Result<Self, RigError> {
        let settings: Vec<_> = self
            .settings
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        Self::start_cluster(
            self.bin.clone(),
            self.cluster.snapshot()?,
            ParentDeath::Quit,
            &settings,
        )
        .await
    }

    /// Promotes this standby to primary, on a new timeline. Returns once the server accepts writes.
    ///
    /// # Errors
    /// [`RigError::Postgres`].
    pub async fn promote(&self) -> Result<(), RigError> {
        self.execute("select pg_promote(true, 60)").await
    }

    /// Disconnects this standby from its primary until [`Self::promote`]. Commits that the primary
    /// makes afterwards do not reach the standby.
    ///
    /// # Errors
    /// [`RigError::Postgres`].
    pub async fn detach(&self) -> Result<(), RigError> {
        // Two calls, because `alter system` cannot run inside a transaction.
        self.execute("alter system set primary_conninfo = ''")
            .await?;
        self.execute("select pg_reload_conf()").await?;
        let deadline = Instant::now() + STOP_TIMEOUT;
        let sql = "select count(*) from pg_stat_wal_receiver";
        while self.number(sql).await? > 0 {
            if Instant::now() > deadline {
                return Err(self
                    .process
                    .timeout("stop listening to its primary", STOP_TIMEOUT));
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
        Ok(())
    }

    pub(crate) async fn start_cluster(
        bin: PathBuf,
        cluster: Cluster,
        death: ParentDeath,
        settings: &[(&str, &str)],
    ) -> Result<Self, RigError> {
        let log = cluster.data.with_file_name("postgres.log");
        let process = Process::new("postgres", log, death).run_as(cluster.user.clone());
        let settings = [&[SEARCH_PATH], settings].concat();
        let settings = settings
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let postgres = Self {
            process,
            cluster,
            bin,
            port: free_port(),
            settings,
        };
        postgres.start().await?;
        Ok(postgres)
    }

    /// The server's port, which stays the same across restarts.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The process id of the main Postgres process while the server runs.
    pub fn pid(&self) -> Option<u32> {
        self.process.pid()
    }

    /// Whether the server has exited without a call of `stop` or `kill9`.
    pub fn has_ended(&self) -> bool {
        self.process.ended().is_some()
    }

    /// The server's log file.
    pub fn log(&self) -> &Path {
        self.process.log()
    }

    /// The data directory. Copy it only while the server is stopped.
    pub fn data_dir(&self) -> &Path {
        &self.cluster.data
    }

    /// The directory of this server's client programs (`psql`, `pg_dump`, `pgbench` of the same
    /// version).
    pub fn bin_dir(&self) -> &Path {
        &self.bin
    }

    /// The URL for a connection as the superuser.
    pub fn admin_url(&self, database: &str) -> String {
        self.url_for(SUPERUSER, &self.cluster.password, database)
    }

    /// The URL for a connection as any role. The password is not escaped: use only letters and
    /// digits.
    pub fn url_for(&self, role: &str, password: &str, database: &str) -> String {
        format!(
            "postgres://{role}:{password}@127.0.0.1:{}/{database}",
            self.port
        )
    }

    /// Creates a database as a copy of a template (`template1` by default). Postgres refuses the
    /// copy while the template has connections.
    ///
    /// # Errors
    /// [`RigError::Name`], [`RigError::Postgres`].
    pub async fn create_database(
        &self,
        name: &str,
        template: Option<&str>,
    ) -> Result<(), RigError> {
        let template = template.unwrap_or("template1");
        self.execute(&format!(
            "create database \"{}\" template \"{}\"",
            checked_name(name)?,
            checked_name(template)?
        ))
        .await
    }

    /// Creates a database and a new role that owns it. As with a hosted Postgres, the role can
    /// create roles but is not a superuser. A [`Dump`](crate::Dump) includes the role if its name
    /// begins with `helpline_`.
    ///
    /// # Errors
    /// [`RigError::Name`], [`RigError::Postgres`].
    pub async fn create_owned_database(
        &self,
        name: &str,
        owner: &str,
        password: &str,
    ) -> Result<(), RigError> {
        let (name, owner) = (checked_name(name)?, checked_name(owner)?);
        let password = checked_name(password)?;
        self.execute(&format!(
            "create role \"{owner}\" login createrole password '{password}'"
        ))
        .await?;
        self.execute(&format!("create database \"{name}\" owner \"{owner}\""))
            .await
    }

    /// Stops the server with SIGINT, a fast shutdown: client connections are cut, and all data is
    /// written to disk.
    ///
    /// # Errors
    /// [`RigError::Timeout`].
    pub async fn stop(&self) -> Result<(), RigError> {
        self.process.signal("INT");
        self.process.wait(STOP_TIMEOUT).await.map(drop)
    }

    /// Sends SIGKILL to the main Postgres process and every backend, to simulate a power cut.
    ///
    /// # Errors
    /// [`RigError::Timeout`].
    pub async fn kill9(&self) -> Result<(), RigError> {
        self.process.kill9().await
    }

    /// Stops the server if it runs, and starts it on the same port.
    ///
    /// # Errors
    /// As [`Self::stop`] and [`Self::start`].
    pub async fn restart(&self) -> Result<(), RigError> {
        self.stop().await?;
        self.start().await
    }

    /// Sends SIGSTOP to the main Postgres process and every backend.
    pub fn freeze(&self) {
        self.process.freeze();
    }

    /// Sends SIGCONT to the main Postgres process and every backend, which ends [`Self::freeze`].
    pub fn thaw(&self) {
        self.process.thaw();
    }

    /// Starts the server after [`Self::stop`] or [`Self::kill9`], and waits for its first answer.
    ///
    /// # Errors
    /// [`RigError::Failed`] with the end of the log, or [`RigError::Timeout`].
    pub async fn start(&self) -> Result<(), RigError> {
        let deadline = Instant::now() + START_TIMEOUT;
        self.process.start(self.command())?;
        loop {
            if let Some(status) = self.process.ended() {
                // The log says that a previous server still uses the data directory. If the parent
                // process of the previous server was killed, the previous server may still be
                // writing its last checkpoint.
                let still_held = tail(self.process.log())
                    .lines()
                    .rev()
                    .take(3)
                    .any(|line| line.contains("postmaster.pid"));
                if !still_held || Instant::now() > deadline {
                    return Err(self.process.failed(status));
                }
                tokio::time::sleep(POLL_INTERVAL * 20).await;
                self.process.start(self.command())?;
            }
            if self.execute("select 1").await.is_ok() {
                return Ok(());
            }
            if Instant::now() > deadline {
                return Err(self.process.timeout("answer", START_TIMEOUT));
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    }

    fn command(&self) -> Command {
        let program = self.bin.join("postgres");
        let mut command = match std::env::var_os(PRELOAD) {
            // By `env`, so that the library is not loaded before the user is changed.
            Some(library) => {
                let mut command = Command::new("env");
                let mut preload = OsString::from("LD_PRELOAD=");
                preload.push(library);
                command.arg(preload).arg(program);
                command
            }
            None => Command::new(program),
        };
        command
            .arg("-D")
            .arg(&self.cluster.data)
            .arg("-p")
            .arg(self.port.to_string())
            .current_dir("/");
        command.args([
            "-c",
            "listen_addresses=127.0.0.1",
            "-c",
            "unix_socket_directories=",
        ]);
        for (name, value) in &self.settings {
            command.arg("-c").arg(format!("{name}={value}"));
        }
        command
    }

    pub(crate) async fn execute(&self, sql: &str) -> Result<(), RigError> {
        self.with_client("administering the cluster", async |client| {
            client.batch_execute(sql).await
        })
        .await
    }

    /// Executes a statement as [`Self::execute`] does. An error with this SQLSTATE counts as
    /// success.
    pub(crate) async fn execute_ignoring(&self, sql: &str, sqlstate: &str) -> Result<(), RigError> {
        match self.execute(sql).await {
            Err(RigError::Postgres { source, .. })
                if source.code().is_some_and(|code| code.code() == sqlstate) =>
            {
                Ok(())
            }
            other => other,
        }
    }

    async fn number(&self, sql: &str) -> Result<i64, RigError> {
        self.with_client("asking the cluster", async |client| {
            Ok(client.query_one(sql, &[]).await?.get(0))
        })
        .await
    }

    pub(crate) async fn owner_of(&self, database: &str) -> Result<String, RigError> {
        let sql = "select pg_get_userbyid(datdba)::text from pg_database where datname = $1";
        self.with_client("asking for a database's owner", async |client| {
            Ok(client.query_one(sql, &[&database]).await?.get(0))
        })
        .await
    }

    async fn with_client<T>(
        &self,
        doing: &'static str,
        work: impl AsyncFnOnce(&tokio_postgres::Client) -> Result<T, tokio_postgres::Error>,
    ) -> Result<T, RigError> {
        let (client, connection) = tokio_postgres::connect(&self.admin_url("postgres"), NoTls)
            .await
            .map_err(|source| RigError::Postgres {
                doing: "connecting to the cluster",
                source,
            })?;
        let work = async {
            let result = work(&client).await;
            drop(client);
            result
        };
        let (result, _) = tokio::join!(work, connection);
        result.map_err(|source| RigError::Postgres { doing, source })
    }
}

/// Checks that a name is safe between double quotes in a statement.
pub(crate) fn checked_name(name: &str) -> Result<&str, RigError> {
    if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
        return Err(RigError::Name(name.to_owned()));
    }
    Ok(name)
}
