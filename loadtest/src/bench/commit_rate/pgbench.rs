//! Writes the rows that the gateway would write, with pgbench and a separate transaction for each
//! message. pgbench uses a plain insert or the gateway's SQL function for batches, and the number
//! of clients that is fastest.

use std::path::PathBuf;
use std::process::Command;

use super::{TEXT, Written, used, written};
use crate::bench::Effort;
use crate::bench::peer::Helpline;
use crate::error::LoadError;

/// Duration in seconds of each trial run. The trial runs find the script and number of clients with
/// which pgbench is fastest.
const PROBE_SECONDS: u64 = 2;
const CLIENTS: [usize; 4] = [4, 8, 16, 32];

/// The SQL that pgbench runs for each message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Script {
    /// A plain insert. Triggers number the message and add its history event.
    Insert,
    /// Appends one message with the SQL function that the gateway uses for batches.
    Append,
}

pub(super) struct Pgbench {
    program: PathBuf,
    dir: PathBuf,
}

impl Pgbench {
    pub(super) async fn prepare(helpline: &Helpline) -> Result<Self, LoadError> {
        let (tickets, customers): (Vec<_>, Vec<_>) = helpline
            .rooms
            .iter()
            .map(|room| (room.ticket.uuid(), room.customer.uuid()))
            .unzip();
        let admin = &helpline.admin;
        admin
            .batch_execute(include_str!("../../../sql/bench_tickets.sql"))
            .await
            .map_err(LoadError::postgres("making pgbench's list"))?;
        admin
            .execute(
                include_str!("../../../sql/fill_bench_tickets.sql"),
                &[&tickets, &customers],
            )
            .await
            .map_err(LoadError::postgres("filling pgbench's list"))?;
        let dir =
            std::env::temp_dir().join(format!("helpline-bench-pgbench-{}", std::process::id()));
        let failed = |error: std::io::Error| LoadError::Program {
            program: "pgbench",
            why: error.to_string(),
        };
        std::fs::create_dir_all(&dir).map_err(failed)?;
        let insert = include_str!("../../../sql/bench_insert.sql").replace("$TEXT", TEXT);
        let append = include_str!("../../../sql/bench_append.sql").replace("$TEXT", TEXT);
        std::fs::write(dir.join("insert.sql"), insert).map_err(failed)?;
        std::fs::write(dir.join("append.sql"), append).map_err(failed)?;
        let beside =
            Some(helpline.target.postgres.bin_dir().join("pgbench")).filter(|file| file.is_file());
        Ok(Self {
            program: beside.unwrap_or_else(|| "pgbench".into()),
            dir,
        })
    }

    /// Tries every script with every number of clients, and returns the fastest combination.
    pub(super) async fn best(
        &self,
        helpline: &Helpline,
        effort: &Effort,
    ) -> Result<(Script, usize), LoadError> {
        let mut best = ((Script::Insert, 16), 0.0);
        for script in [Script::Insert, Script::Append] {
            for clients in CLIENTS.into_iter().skip(effort.pick(0, 2)) {
                let rate = self
                    .run(helpline, (script, clients), PROBE_SECONDS)
                    .await?
                    .per_second;
                if rate > best.1 {
                    best = ((script, clients), rate);
                }
            }
        }
        Ok(best.0)
    }

    pub(super) async fn run(
        &self,
        helpline: &Helpline,
        how: (Script, usize),
        seconds: u64,
    ) -> Result<Written, LoadError> {
        let file = self.dir.join(match how.0 {
            Script::Insert => "insert.sql",
            Script::Append => "append.sql",
        });
        let mut command = Command::new(&self.program);
        command.args(["--no-vacuum", "--protocol=prepared", "--jobs=2"]);
        command.args([
            format!("--client={}", how.1),
            format!("--time={seconds}"),
            format!("--define=tickets={}", super::WRITERS),
        ]);
        command
            .arg("--file")
            .arg(file)
            .arg(&helpline.target.admin_url);
        let before = used(helpline);
        let failed = |why: String| LoadError::Program {
            program: "pgbench",
            why,
        };
        let ran = tokio::task::spawn_blocking(move || command.output())
            .await
            .expect("running a program does not panic");
        let output = ran.map_err(|error| failed(error.to_string()))?;
        let text = String::from_utf8_lossy(&output.stdout);
        let rate = text.lines().find_map(|line| {
            line.strip_prefix("tps = ")?
                .split_whitespace()
                .next()?
                .parse::<f64>()
                .ok()
        });
        let rate = rate
            .filter(|_| output.status.success())
            .ok_or_else(|| failed(String::from_utf8_lossy(&output.stderr).into_owned()))?;
        let mut single = written(
            before,
            used(helpline),
            rate * seconds as f64,
            seconds as f64,
        );
        single.per_second = rate;
        single.gateway_cpu = 0.0;
        Ok(single)
    }
}

impl Drop for Pgbench {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}
