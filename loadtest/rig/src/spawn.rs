//! Spawns children that die with their parent, even if SIGKILL ends the parent and no destructor
//! runs.
//!
//! Linux can send a signal to a child when its parent ends (`PR_SET_PDEATHSIG`), but "parent" means
//! the *thread* that spawned the child. A child of a pool thread would die when the pool shrinks.
//! Therefore one thread, which runs until the process ends, spawns all children. The program
//! `setpriv` sets the signal, because a direct system call would need unsafe code. Without
//! `setpriv`, children are still killed on drop.

use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Mutex, OnceLock, PoisonError};

use crate::locate::{OsUser, find_in_path};

/// The signal that a child receives when its parent ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParentDeath {
    /// SIGKILL: the child ends at once.
    Kill,
    /// SIGTERM: asks the child to exit.
    Terminate,
    /// SIGINT: a fast but clean shutdown of Postgres.
    Interrupt,
    /// SIGQUIT: an immediate shutdown of Postgres.
    Quit,
}

impl ParentDeath {
    const fn name(self) -> &'static str {
        match self {
            Self::Kill => "KILL",
            Self::Terminate => "TERM",
            Self::Interrupt => "INT",
            Self::Quit => "QUIT",
        }
    }
}

type Request = (Command, Sender<io::Result<Child>>);

static SPAWNER: OnceLock<Mutex<Sender<Request>>> = OnceLock::new();

/// Spawns a child that receives `signal` when this process ends. The child has its own process
/// group: Ctrl-C in a terminal reaches only this process, which then stops its children in order.
/// `stdio` has the child's standard input, output and error streams. It is a parameter because a
/// [`Command`] does not reveal the streams that were set on it.
///
/// # Errors
/// The errors of [`Command::spawn`].
pub fn spawn(command: Command, signal: ParentDeath, stdio: [Stdio; 3]) -> io::Result<Child> {
    spawn_as(command, signal, stdio, None)
}

/// As [`spawn`], but runs the child as the given system user, if there is one.
pub(crate) fn spawn_as(
    command: Command,
    signal: ParentDeath,
    stdio: [Stdio; 3],
    user: Option<&OsUser>,
) -> io::Result<Child> {
    let mut command = wrapped(command, signal, user);
    let [stdin, stdout, stderr] = stdio;
    command
        .stdin(stdin)
        .stdout(stdout)
        .stderr(stderr)
        .process_group(0);
    let (answer, answered) = channel();
    let spawner = SPAWNER.get_or_init(|| Mutex::new(start_spawner()));
    spawner
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .send((command, answer))
        .expect("the spawning thread lives as long as the process");
    answered
        .recv()
        .expect("the spawning thread answers every request")
}

fn start_spawner() -> Sender<Request> {
    let (sender, requests) = channel::<Request>();
    std::thread::Builder::new()
        .name("rig-spawner".into())
        .spawn(move || {
            for (mut command, answer) in requests {
                // The caller of `spawn` may have stopped waiting. In that case the child is dropped
                // without being killed, and ends when this process ends.
                let _ = answer.send(command.spawn());
            }
        })
        .expect("a process that starts servers can start a thread");
    sender
}

/// Wraps a command as `setpriv … program args…` with the same environment and directory. `setpriv`
/// changes the user first and sets the signal second, because the kernel clears the signal when
/// credentials change.
fn wrapped(command: Command, signal: ParentDeath, user: Option<&OsUser>) -> Command {
    let Some(setpriv) = find_in_path("setpriv") else {
        let mut command = command;
        if let Some(user) = user {
            command.uid(user.uid).gid(user.gid);
        }
        return command;
    };
    let mut wrapper = Command::new(setpriv);
    wrapper.args(["--pdeathsig", signal.name()]);
    if let Some(user) = user {
        wrapper.args([
            "--reuid",
            &user.uid.to_string(),
            "--regid",
            &user.gid.to_string(),
            "--init-groups",
        ]);
    }
    wrapper
        .arg("--")
        .arg(command.get_program())
        .args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => wrapper.env(name, value),
            None => wrapper.env_remove(name),
        };
    }
    if let Some(dir) = command.get_current_dir() {
        wrapper.current_dir(dir);
    }
    wrapper
}
