//! Writes messages with pgbench, each in a transaction of its own, by SQL that does what the gateway
//! does, or the least that stores the same rows.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::peer::Helpline;
use super::usage;
use crate::error::LoadError;
use crate::report::median;

/// The text of every message.
pub const TEXT: &str = "This is a message of ordinary length, as people write them when something does not work and they are in a hurry.";

/// The SQL that pgbench runs for each message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Script {
    /// A plain insert. Triggers number the message and add its history event.
    Insert,
    /// Appends one message with the SQL function that the gateway uses for batches.
    Append,
    /// Appends one message with the SQL function that the gateway uses for a message alone.
    AppendOne,
    /// Writes the same rows to tables without triggers, several statements in a transaction.
    Plain,
}

impl Script {
    const ALL: [Self; 4] = [Self::Insert, Self::Append, Self::AppendOne, Self::Plain];

    const fn sql(self) -> &'static str {
        match self {
            Self::Insert => include_str!("../../sql/bench_insert.sql"),
            Self::Append => include_str!("../../sql/bench_append.sql"),
            Self::AppendOne => include_str!("../../sql/bench_append_one.sql"),
            Self::Plain => include_str!("../../sql/bench_plain.sql"),
        }
    }

    fn file(self) -> String {
        format!("{self:?}.sql")
    }
}

/// What pgbench runs.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    pub script: Script,
    /// Number of database connections.
    pub clients: usize,
    /// Transactions per second, at random moments; `None` runs as many as possible.
    pub per_second: Option<u64>,
    pub seconds: u64,
}

/// The result of one run.
pub struct Ran {
    pub per_second: f64,
    /// Postgres CPU per transaction, in microseconds.
    pub postgres_cpu_micros: f64,
    /// Median of the transactions' latency, from the intended start.
    pub p50_ms: f64,
}

/// pgbench with its scripts, which write to the tickets of one Helpline.
pub struct Pgbench {
    program: PathBuf,
    dir: PathBuf,
}

impl Pgbench {
    /// Writes the scripts and the list of tickets.
    ///
    /// # Errors
    /// If the database refuses a statement or a script cannot be written.
    pub async fn prepare(helpline: &Helpline) -> Result<Self, LoadError> {
        let (tickets, customers): (Vec<_>, Vec<_>) = helpline
            .rooms
            .iter()
            .map(|room| (room.ticket.uuid(), room.customer.uuid()))
            .unzip();
        let admin = &helpline.admin;
        admin
            .batch_execute(include_str!("../../sql/bench_tickets.sql"))
            .await
            .map_err(LoadError::postgres("making pgbench's list"))?;
        admin
            .execute(
                include_str!("../../sql/fill_bench_tickets.sql"),
                &[&tickets, &customers],
            )
            .await
            .map_err(LoadError::postgres("filling pgbench's list"))?;
        admin
            .batch_execute(include_str!("../../sql/bench_plain_tables.sql"))
            .await
            .map_err(LoadError::postgres("making plain tables"))?;
        let dir =
            std::env::temp_dir().join(format!("helpline-bench-pgbench-{}", std::process::id()));
        std::fs::create_dir_all(&dir).map_err(|error| failed(error.to_string()))?;
        for script in Script::ALL {
            std::fs::write(dir.join(script.file()), script.sql().replace("$TEXT", TEXT))
                .map_err(|error| failed(error.to_string()))?;
        }
        let beside =
            Some(helpline.target.postgres.bin_dir().join("pgbench")).filter(|file| file.is_file());
        Ok(Self {
            program: beside.unwrap_or_else(|| "pgbench".into()),
            dir,
        })
    }

    /// Runs pgbench once.
    ///
    /// # Errors
    /// If pgbench does not run or a transaction fails.
    pub async fn run(&self, helpline: &Helpline, load: Load) -> Result<Ran, LoadError> {
        let mut command = Command::new(&self.program);
        command.args(["--no-vacuum", "--protocol=prepared", "--jobs=2", "--log"]);
        command.args([
            format!("--client={}", load.clients),
            format!("--time={}", load.seconds),
            format!("--define=tickets={}", helpline.rooms.len()),
        ]);
        command.args(load.per_second.map(|rate| format!("--rate={rate}")));
        command
            .arg("--log-prefix")
            .arg(self.dir.join("log"))
            .arg("--file")
            .arg(self.dir.join(load.script.file()))
            .arg(&helpline.target.admin_url);
        let used = || usage::cpu_seconds(&helpline.postgres());
        let before = used();
        let ran = tokio::task::spawn_blocking(move || command.output())
            .await
            .expect("running a program does not panic");
        let output = ran.map_err(|error| failed(error.to_string()))?;
        let spent = used() - before;
        let text = String::from_utf8_lossy(&output.stdout);
        let number = |start: &str| -> Option<f64> {
            let rest = text.lines().find_map(|line| line.strip_prefix(start))?;
            rest.split_whitespace().next()?.parse().ok()
        };
        let (Some(per_second), Some(count), true) = (
            number("tps = "),
            number("number of transactions actually processed: "),
            output.status.success(),
        ) else {
            return Err(failed(String::from_utf8_lossy(&output.stderr).into_owned()));
        };
        Ok(Ran {
            per_second,
            postgres_cpu_micros: spent * 1e6 / count.max(1.0),
            p50_ms: median(&latencies(&self.dir).map_err(|error| failed(error.to_string()))?),
        })
    }
}

impl Drop for Pgbench {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

fn failed(why: String) -> LoadError {
    LoadError::Program {
        program: "pgbench",
        why,
    }
}

/// Reads and deletes the logs of the last run. The third column of a line is a transaction's
/// latency in microseconds. Returns milliseconds.
fn latencies(dir: &Path) -> std::io::Result<Vec<f64>> {
    let mut latencies = Vec::new();
    for entry in std::fs::read_dir(dir)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "sql") {
            continue;
        }
        let text = std::fs::read_to_string(&path)?;
        std::fs::remove_file(path)?;
        let micros = text
            .lines()
            .filter_map(|line| line.split_whitespace().nth(2)?.parse::<f64>().ok());
        latencies.extend(micros.map(|micros| micros / 1_000.0));
    }
    Ok(latencies)
}
