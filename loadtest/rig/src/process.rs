//! A started process and its children: signals, waiting, freezing. Signals are sent with the
//! shell's `kill`, because this crate forbids unsafe code.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::RigError;
use crate::locate::OsUser;
use crate::spawn::{ParentDeath, spawn_as};

/// Interval between two checks of a condition that cannot be awaited.
pub(crate) const POLL_INTERVAL: Duration = Duration::from_millis(10);
/// Time limit for a process to disappear after SIGKILL.
const KILL_TIMEOUT: Duration = Duration::from_secs(10);
/// How many lines from the end of a log an error includes.
const LOG_TAIL_LINES: usize = 30;

/// A process that can be started again after it has ended. Dropping it kills the process and its
/// children.
#[derive(Debug)]
pub struct Process {
    name: String,
    log: PathBuf,
    death: ParentDeath,
    user: Option<OsUser>,
    child: Mutex<Option<Child>>,
}

impl Process {
    /// Prepares a process without starting it. Its output is appended to the file `log`.
    pub fn new(name: impl Into<String>, log: impl Into<PathBuf>, death: ParentDeath) -> Self {
        Self {
            name: name.into(),
            log: log.into(),
            death,
            user: None,
            child: Mutex::new(None),
        }
    }

    pub(crate) fn run_as(mut self, user: Option<OsUser>) -> Self {
        self.user = user;
        self
    }

    /// Starts the command. A previously started process must have ended.
    ///
    /// # Errors
    /// [`RigError::Io`] if the log cannot be opened or the program cannot be started.
    pub fn start(&self, command: Command) -> Result<(), RigError> {
        let open = || {
            std::fs::OpenOptions::new()
                .create(true)
                .append(true)
                .open(&self.log)
        };
        let log = open().map_err(RigError::io(format!(
            "opening the log {}",
            self.log.display()
        )))?;
        let duplicate = log
            .try_clone()
            .map_err(RigError::io("sharing the log between two outputs"))?;
        let child = spawn_as(
            command,
            self.death,
            [Stdio::null(), log.into(), duplicate.into()],
            self.user.as_ref(),
        )
        .map_err(RigError::io(format!("starting {}", self.name)))?;
        *self.lock() = Some(child);
        Ok(())
    }

    /// The process id, or `None` once the process is known to have ended.
    pub fn pid(&self) -> Option<u32> {
        self.lock().as_ref().map(Child::id)
    }

    /// The file that receives the process's output.
    pub fn log(&self) -> &Path {
        &self.log
    }

    /// The exit status if the process has ended.
    pub fn ended(&self) -> Option<ExitStatus> {
        let mut guard = self.lock();
        let status = guard.as_mut()?.try_wait().ok().flatten();
        if status.is_some() {
            *guard = None;
        }
        status
    }

    /// Sends a signal (`TERM`, `INT`, …) to the process, not to its children.
    pub fn signal(&self, name: &str) {
        if let Some(pid) = self.pid() {
            kill(name, &[pid]);
        }
    }

    /// Sends SIGSTOP to the process and all its children: connections stay open, and no request is
    /// answered.
    pub fn freeze(&self) {
        self.signal_tree("STOP");
    }

    /// Sends SIGCONT to the process and all its children, which ends [`Self::freeze`].
    pub fn thaw(&self) {
        self.signal_tree("CONT");
    }

    /// Waits until the process exits. Returns `None` if it was not running.
    ///
    /// # Errors
    /// [`RigError::Timeout`].
    pub async fn wait(&self, within: Duration) -> Result<Option<ExitStatus>, RigError> {
        let deadline = Instant::now() + within;
        while self.pid().is_some() {
            if let Some(status) = self.ended() {
                return Ok(Some(status));
            }
            if Instant::now() > deadline {
                return Err(self.timeout("end", within));
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
        Ok(None)
    }

    /// Sends SIGKILL to the process and all its children. Returns once all these processes are gone
    /// and their ports and files are free again.
    ///
    /// # Errors
    /// [`RigError::Timeout`].
    pub async fn kill9(&self) -> Result<(), RigError> {
        let pids = self.tree();
        kill("KILL", &pids);
        self.wait(KILL_TIMEOUT).await?;
        let deadline = Instant::now() + KILL_TIMEOUT;
        while pids.iter().any(|pid| is_running(*pid)) {
            if Instant::now() > deadline {
                return Err(self.timeout("die", KILL_TIMEOUT));
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
        Ok(())
    }

    pub(crate) fn timeout(&self, what: &'static str, within: Duration) -> RigError {
        RigError::Timeout {
            program: self.name.clone(),
            what,
            seconds: within.as_secs(),
            log: self.log.clone(),
        }
    }

    /// The error for a process that ended although it should be running.
    pub(crate) fn failed(&self, status: ExitStatus) -> RigError {
        RigError::Failed {
            program: self.name.clone(),
            status: status.to_string(),
            log: tail(&self.log),
        }
    }

    fn signal_tree(&self, name: &str) {
        // Signal parents first: a stopped parent cannot start further children.
        kill(name, &self.tree());
    }

    /// Returns the ids of the process and all its descendants, parents before children.
    fn tree(&self) -> Vec<u32> {
        let Some(root) = self.pid() else {
            return Vec::new();
        };
        let children = children_by_parent();
        let mut pids = vec![root];
        let mut next = 0;
        while let Some(pid) = pids.get(next) {
            pids.extend(children.get(pid).into_iter().flatten());
            next += 1;
        }
        pids
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Child>> {
        self.child.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        kill("KILL", &self.tree());
        if let Some(mut child) = self.lock().take() {
            let _ = child.wait();
        }
    }
}

/// Returns the last lines of a file, for an error message.
pub(crate) fn tail(file: &Path) -> String {
    let text = std::fs::read(file)
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        .unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(LOG_TAIL_LINES)..].join("\n")
}

fn kill(signal: &str, pids: &[u32]) {
    if pids.is_empty() {
        return;
    }
    // Use the shell's built-in `kill`, because slim systems have no /bin/kill. Ignore errors: a
    // process that has already ended needs no signal.
    let _ = Command::new("/bin/sh")
        .args(["-c", "kill -s \"$0\" \"$@\"", signal])
        .args(pids.iter().map(u32::to_string))
        .stderr(Stdio::null())
        .status();
}

fn children_by_parent() -> HashMap<u32, Vec<u32>> {
    let mut children: HashMap<u32, Vec<u32>> = HashMap::new();
    for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(pid) = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok())
        else {
            continue;
        };
        if let Some((_, parent)) = state_and_parent(pid) {
            children.entry(parent).or_default().push(pid);
        }
    }
    children
}

fn is_running(pid: u32) -> bool {
    state_and_parent(pid).is_some_and(|(state, _)| state != 'Z' && state != 'X')
}

/// Returns a process's state letter and its parent's id from `/proc/<pid>/stat`, which reads `pid
/// (name) state parent …`. The name may contain any character, including brackets and spaces.
fn state_and_parent(pid: u32) -> Option<(char, u32)> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let mut fields = stat.get(stat.rfind(')')? + 1..)?.split_whitespace();
    Some((fields.next()?.chars().next()?, fields.next()?.parse().ok()?))
}
