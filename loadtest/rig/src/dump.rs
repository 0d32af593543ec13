//! Logical backups. `pg_dump` writes a database in the custom format, and the statements that
//! create its roles are saved next to the dump. `pg_restore` restores the dump into the same
//! cluster or a different one.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::postgres::checked_name;
use crate::{ParentDeath, Postgres, Process, RigError};

/// Time limit for dumping or restoring the largest test database.
const PROGRAM_TIMEOUT: Duration = Duration::from_secs(180);
/// Only roles with this name prefix are part of a dump.
const ROLE_PREFIX: &str = "helpline_";
/// `duplicate_object`: the role already exists.
const DUPLICATE_OBJECT: &str = "42710";

/// A database in `pg_dump --format=custom` form, and the statements that create its roles. The
/// dump's files are removed on drop.
#[derive(Debug)]
pub struct Dump {
    dir: PathBuf,
    roles: Vec<String>,
    /// The role that owns the database. The dump file does not name this role.
    owner: String,
}

impl Dump {
    fn new(owner: String) -> Result<Self, RigError> {
        let dir = std::env::temp_dir().join(format!(
            "helpline-dump-{}-{:016x}",
            std::process::id(),
            rand::random::<u64>()
        ));
        std::fs::create_dir(&dir).map_err(RigError::io(format!("creating {}", dir.display())))?;
        Ok(Self {
            dir,
            roles: Vec::new(),
            owner,
        })
    }

    fn file(&self) -> PathBuf {
        self.dir.join("database.dump")
    }
}

impl Drop for Dump {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

impl Postgres {
    /// Dumps a database as the superuser. The owner cannot dump it, because row-level security also
    /// applies to the owner.
    ///
    /// # Errors
    /// [`RigError::Failed`] with the output of `pg_dump`, or [`RigError::Timeout`].
    pub async fn dump(&self, database: &str) -> Result<Dump, RigError> {
        let mut dump = Dump::new(self.owner_of(database).await?)?;
        let mut command = self.client_program("pg_dump", database);
        command
            .args(["--format", "custom", "--compress", "1", "--file"])
            .arg(dump.file());
        finish("pg_dump", command, &dump.dir).await?;
        let roles = dump.dir.join("roles.sql");
        let mut command = self.client_program("pg_dumpall", database);
        command.args(["--roles-only", "--file"]).arg(&roles);
        finish("pg_dumpall", command, &dump.dir).await?;
        let text =
            std::fs::read_to_string(&roles).map_err(RigError::io("reading the dumped roles"))?;
        dump.roles = text
            .lines()
            .filter(|line| line.contains(ROLE_PREFIX))
            .map(str::to_owned)
            .collect();
        Ok(dump)
    }

    /// Restores a dump into a new database named `database`. Roles that do not exist yet are
    /// created first. Until the restore is complete, only superusers can connect, so that no
    /// gateway writes into a half-restored database.
    ///
    /// # Errors
    /// As [`Self::dump`]; also if a database of this name exists.
    pub async fn restore(&self, dump: &Dump, database: &str) -> Result<(), RigError> {
        for role in &dump.roles {
            self.execute_ignoring(role, DUPLICATE_OBJECT).await?;
        }
        let name = checked_name(database)?;
        self.execute(&format!(
            "create database \"{name}\" owner \"{}\" connection limit 0",
            dump.owner
        ))
        .await?;
        let mut command = self.client_program("pg_restore", database);
        // Restore in a single transaction, which consumes only one transaction id. In a new cluster
        // the id counter then stays below the transaction ids stored in the restored rows, and new
        // transactions soon get the same ids. Tests need this case.
        command
            .args(["--exit-on-error", "--single-transaction"])
            .arg(dump.file());
        finish("pg_restore", command, &dump.dir).await?;
        self.execute(&format!("alter database \"{name}\" connection limit -1"))
            .await
    }

    /// Drops a database and ends its connections.
    ///
    /// # Errors
    /// [`RigError::Name`], [`RigError::Postgres`].
    pub async fn drop_database(&self, name: &str) -> Result<(), RigError> {
        self.execute(&format!(
            "drop database \"{}\" with (force)",
            checked_name(name)?
        ))
        .await
    }

    /// Ends all connections to a database and renames it. Clients that try to reconnect before the
    /// database has its new name are refused.
    ///
    /// # Errors
    /// [`RigError::Name`], [`RigError::Postgres`].
    pub async fn rename_database(&self, from: &str, to: &str) -> Result<(), RigError> {
        let (from, to) = (checked_name(from)?, checked_name(to)?);
        self.execute(&format!("alter database \"{from}\" connection limit 0"))
            .await?;
        // Ending a connection is asynchronous, so wait up to five seconds for each connection to
        // end.
        self.execute(&format!(
            "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = '{from}'"
        ))
        .await?;
        self.execute(&format!("alter database \"{from}\" rename to \"{to}\""))
            .await?;
        self.execute(&format!("alter database \"{to}\" connection limit -1"))
            .await
    }

    fn client_program(&self, program: &str, database: &str) -> Command {
        let mut command = Command::new(self.bin_dir().join(program));
        command
            .arg("--dbname")
            .arg(self.admin_url(database))
            .current_dir("/");
        command
    }
}

/// Starts a program and waits until it exits, without blocking the async runtime.
async fn finish(name: &str, command: Command, dir: &Path) -> Result<(), RigError> {
    let process = Process::new(name, dir.join(format!("{name}.log")), ParentDeath::Kill);
    process.start(command)?;
    match process.wait(PROGRAM_TIMEOUT).await? {
        Some(status) if !status.success() => Err(process.failed(status)),
        _ => Ok(()),
    }
}
