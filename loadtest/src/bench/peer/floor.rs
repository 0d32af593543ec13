//! The floor of broadcasting: see [`crate::bench::floor`].

use std::process::Command;

use helpline_rig::{ParentDeath, Process, free_port};
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::{Heard, Means, Peer, Seat, bears_mark, payload};
use crate::bench::line::{Opening, Step};
use crate::error::LoadError;

/// Our own program as its own process.
pub(super) struct Floor {
    process: Process,
    port: u16,
}

impl Floor {
    pub(super) async fn start(means: &Means) -> Result<Self, LoadError> {
        let failed = |why: String| LoadError::Program { program: "the floor", why };
        let port = free_port();
        let process = Process::new("floor", means.work.join("floor.log"), ParentDeath::Kill);
        let mut command = Command::new(std::env::current_exe().map_err(|error| failed(error.to_string()))?);
        command.args(["bench-floor", "--port", &port.to_string()]);
        process.start(command)?;
        super::ready(port, "/ready", &process).await.map_err(failed)?;
        Ok(Self { process, port })
    }
}

impl Peer for Floor {
    fn name(&self) -> &'static str {
        "floor"
    }
    fn lacks(&self) -> &'static str {
        "stores nothing, checks nobody, parses nothing: one thread that reads, copies and writes"
    }
    fn processes(&self) -> Vec<u32> {
        self.process.pid().into_iter().collect()
    }
    fn holders(&self) -> Vec<u32> {
        self.processes()
    }
    fn opening(&self, seat: Seat) -> Opening {
        let join = Utf8Bytes::from(format!("join {}", seat.room));
        Opening { url: format!("ws://127.0.0.1:{}/", self.port), subprotocol: None, steps: vec![Step::Say(join), Step::Await("joined")] }
    }
    fn frame(&self, _run: u32, _room: usize, n: u64) -> Utf8Bytes {
        payload(n).into()
    }
    fn hear(&self, text: &str) -> Heard {
        if text.starts_with('#') { Heard::Delivery } else { Heard::Other }
    }
    fn bears(&self, text: &str, n: u64) -> bool {
        bears_mark(text, n)
    }
}
