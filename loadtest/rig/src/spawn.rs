//! Children that die with their parent, also when that one is killed by SIGKILL and no destructor runs.
//!
//! Linux can send a signal to a child when its parent goes (`PR_SET_PDEATHSIG`), but "parent" means the *thread* that spawned it: a
//! child of a pool's thread would die when the pool shrinks. So one thread, which lives as long as the process, spawns all of them.
//! `setpriv` sets the signal, since this crate has no unsafe code; without `setpriv` children are still killed on drop.

use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Mutex, OnceLock, PoisonError};

use crate::locate::{OsUser, find_in_path};

/// What a child is sent when its parent is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParentDeath {
    /// SIGKILL.
    Kill,
    /// SIGTERM.
    Terminate,
    /// SIGINT: to Postgres, a fast but clean shutdown.
    Interrupt,
    /// SIGQUIT: to Postgres, an immediate shutdown.
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

/// Spawns the command as a child that is sent `signal` when this process goes, in a process group of its own (a terminal's Ctrl-C
/// then reaches this process alone, which stops its children in order). Input, output and error output are given apart, because a
/// [`Command`] does not tell what was set on it; program, arguments, environment and directory are taken from the command.
///
/// # Errors
/// Those of [`Command::spawn`].
pub fn spawn(command: Command, signal: ParentDeath, stdio: [Stdio; 3]) -> io::Result<Child> {
    spawn_as(command, signal, stdio, None)
}

/// The same, as another user of the system when one is given.
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
                // The asker may have gone; then the child is dropped, not killed, and dies with this process.
                let _ = answer.send(command.spawn());
            }
        })
        .expect("a process that starts servers can start a thread");
    sender
}

/// `setpriv … program args…` with the same environment and directory. The user is changed before the signal is set: the kernel
/// clears it on a change of credentials, and setpriv knows that order.
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
