//! A private Postgres: found, initialised, started, broken, and gone without a trace.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use tokio_postgres::NoTls;

use crate::cluster::{Cluster, SUPERUSER};
use crate::process::{POLL_INTERVAL, tail};
use crate::{ParentDeath, Process, RigError, free_port, locate};

/// From start to the first answer: crash recovery of a large test database included.
const START_TIMEOUT: Duration = Duration::from_secs(60);
/// A fast shutdown writes a checkpoint.
const STOP_TIMEOUT: Duration = Duration::from_secs(60);

/// What a test never needs, and pays for with most of its time.
const TEMPORARY_SETTINGS: &[(&str, &str)] = &[
    ("fsync", "off"),
    ("full_page_writes", "off"),
    ("shared_buffers", "128MB"),
    ("max_connections", "300"),
    ("max_wal_size", "4GB"),
    ("checkpoint_timeout", "30min"),
];

/// For the plain SQL of tests and of people at psql, who name no schema. Helpline's own statements do, and its role has no search path at all.
const SEARCH_PATH: (&str, &str) = ("search_path", "helpline, public");

/// One cluster on 127.0.0.1, with a random superuser password. Killed on drop; a temporary one is deleted then.
#[derive(Debug)]
pub struct Postgres {
    // Declared before the cluster: the server ends before its files go.
    process: Process,
    pub(crate) cluster: Cluster,
    bin: PathBuf,
    port: u16,
    pub(crate) settings: Vec<(String, String)>,
}

impl Postgres {
    /// A fresh cluster, tuned for tests, deleted on drop.
    ///
    /// # Errors
    /// When Postgres is not installed, or does not start.
    pub async fn start_temporary() -> Result<Self, RigError> {
        Self::start_temporary_with(&[]).await
    }

    /// The same, with further settings of `postgresql.conf`; they win over the rig's own.
    ///
    /// # Errors
    /// As [`Self::start_temporary`].
    pub async fn start_temporary_with(settings: &[(&str, &str)]) -> Result<Self, RigError> {
        let bin = locate::postgres_bin_dir()?;
        // A second of work, while a test's clients go on living.
        let made = tokio::task::spawn_blocking(move || {
            Cluster::temporary(&bin).map(|cluster| (bin, cluster))
        });
        let (bin, cluster) = made.await.expect("initdb's task does not panic")?;
        let settings = [TEMPORARY_SETTINGS, settings].concat();
        Self::start_cluster(bin, cluster, ParentDeath::Quit, &settings).await
    }

    /// The cluster kept in `dir`: made on the first call, found again on later ones. Safe settings: it keeps real data.
    ///
    /// # Errors
    /// As [`Self::start_temporary`]; also when another Postgres runs on it.
    pub async fn start_in(dir: impl AsRef<Path>) -> Result<Self, RigError> {
        Self::start_in_with(dir, &[]).await
    }

    /// The same, with further settings of `postgresql.conf`.
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

    /// A standby that streams from this cluster, in a temporary place of its own, with the same roles and passwords. It knows itself
    /// to its primary as `rig`, by which `synchronous_standby_names` can wait for it.
    ///
    /// # Errors
    /// When the base backup fails, or the standby does not start.
    pub async fn start_standby(&self) -> Result<Self, RigError> {
        let cluster = self.cluster.copied_from(&self.bin, self.port)?;
        let settings: Vec<_> = self
            .settings
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        Self::start_cluster(self.bin.clone(), cluster, ParentDeath::Quit, &settings).await
    }

    /// A second server on a copy of this one's files, as after a volume snapshot: the same system identifier, databases and passwords.
    /// This server must be stopped.
    ///
    /// # Errors
    /// When the files cannot be copied, or the copy does not start.
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

    /// Makes a standby a primary, on a timeline of its own; returns when it takes writes.
    ///
    /// # Errors
    /// [`RigError::Postgres`].
    pub async fn promote(&self) -> Result<(), RigError> {
        self.execute("select pg_promote(true, 60)").await
    }

    /// A standby hears nothing more of its primary until [`Self::promote`]: what is committed meanwhile is on the primary alone.
    ///
    /// # Errors
    /// [`RigError::Postgres`].
    pub async fn detach(&self) -> Result<(), RigError> {
        // Two calls: no transaction may hold the first.
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

    /// The port, the same through all restarts.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The postmaster's process id while it runs.
    pub fn pid(&self) -> Option<u32> {
        self.process.pid()
    }

    /// Whether the server has ended by itself.
    pub fn has_ended(&self) -> bool {
        self.process.ended().is_some()
    }

    /// The server's log.
    pub fn log(&self) -> &Path {
        self.process.log()
    }

    /// Where its files are: to be copied while it is stopped.
    pub fn data_dir(&self) -> &Path {
        &self.cluster.data
    }

    /// The directory of this server's programs (`psql`, `pg_dump`, `pgbench` of the same version).
    pub fn bin_dir(&self) -> &Path {
        &self.bin
    }

    /// A URL for the superuser.
    pub fn admin_url(&self, database: &str) -> String {
        self.url_for(SUPERUSER, &self.cluster.password, database)
    }

    /// A URL for any role. The password is taken as it is: letters and digits only.
    pub fn url_for(&self, role: &str, password: &str, database: &str) -> String {
        format!(
            "postgres://{role}:{password}@127.0.0.1:{}/{database}",
            self.port
        )
    }

    /// A database of its own for one test, copied from a template (`template1` when none is given), to which there may be no connection.
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

    /// A database that belongs to a role of its own, which creates roles and is no superuser: what a hosted Postgres gives its customers.
    /// A role whose name begins with `helpline_` travels with a [`Dump`](crate::Dump).
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

    /// Fast shutdown (SIGINT): connections are cut, everything is on disk.
    ///
    /// # Errors
    /// [`RigError::Timeout`].
    pub async fn stop(&self) -> Result<(), RigError> {
        self.process.signal("INT");
        self.process.wait(STOP_TIMEOUT).await.map(drop)
    }

    /// SIGKILL to the postmaster and every backend: the power cut.
    ///
    /// # Errors
    /// [`RigError::Timeout`].
    pub async fn kill9(&self) -> Result<(), RigError> {
        self.process.kill9().await
    }

    /// Stops it, if it runs, and starts it on the same port.
    ///
    /// # Errors
    /// As [`Self::stop`] and [`Self::start`].
    pub async fn restart(&self) -> Result<(), RigError> {
        self.stop().await?;
        self.start().await
    }

    /// SIGSTOP to the postmaster and every backend.
    pub fn freeze(&self) {
        self.process.freeze();
    }

    /// SIGCONT to all of them.
    pub fn thaw(&self) {
        self.process.thaw();
    }

    /// Starts it after [`Self::stop`] or [`Self::kill9`], and waits for its first answer.
    ///
    /// # Errors
    /// [`RigError::Failed`] with the end of the log, or [`RigError::Timeout`].
    pub async fn start(&self) -> Result<(), RigError> {
        let deadline = Instant::now() + START_TIMEOUT;
        self.process.start(self.command())?;
        loop {
            if let Some(status) = self.process.ended() {
                // The one before, killed with its parent, may still be writing its last checkpoint.
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
        let mut command = Command::new(self.bin.join("postgres"));
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

    /// The same, where an error of this SQLSTATE means that there is nothing left to do.
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

/// A name that can stand in a statement between quotes.
pub(crate) fn checked_name(name: &str) -> Result<&str, RigError> {
    if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
        return Err(RigError::Name(name.to_owned()));
    }
    Ok(name)
}
