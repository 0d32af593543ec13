//! Adapter for the baseline server of [`crate::bench::baseline`].

use std::process::Command;

use helpline_rig::{ParentDeath, Process, free_port};
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::{Endpoint, Means, Peer, Received, Talker, bears_mark, payload};
use crate::bench::connection::{Opening, Step};
use crate::error::LoadError;

/// Size of Helpline's event of a message with a text of 200 bytes.
const EVENT_BYTES: usize = 640;

/// The baseline server, started as a separate process from this program's binary.
pub struct Baseline {
    process: Process,
    port: u16,
}

impl Baseline {
    /// Starts the server.
    ///
    /// # Errors
    /// If it does not become ready.
    pub async fn start(means: &Means) -> Result<Self, LoadError> {
        let failed = |why: String| LoadError::Program {
            program: "the baseline",
            why,
        };
        let port = free_port();
        let process = Process::new(
            "baseline",
            means.work.join("baseline.log"),
            ParentDeath::Kill,
        );
        let mut command =
            Command::new(std::env::current_exe().map_err(|error| failed(error.to_string()))?);
        command.args(["bench-baseline", "--port", &port.to_string()]);
        process.start(command)?;
        super::ready(port, "/ready", &process)
            .await
            .map_err(failed)?;
        Ok(Self { process, port })
    }
}

impl Peer for Baseline {
    fn name(&self) -> &'static str {
        "baseline"
    }
    fn lacks(&self) -> &'static str {
        "stores nothing, authenticates no client, parses nothing: one thread that reads, copies and writes"
    }
    fn processes(&self) -> Vec<u32> {
        self.process.pid().into_iter().collect()
    }
    fn holders(&self) -> Vec<u32> {
        self.processes()
    }
    fn opening(&self, endpoint: Endpoint) -> Opening {
        let join = Utf8Bytes::from(format!("join {}", endpoint.room));
        Opening {
            url: format!("ws://127.0.0.1:{}/", self.port),
            subprotocol: None,
            steps: vec![Step::Send(join), Step::Await("joined")],
        }
    }
    fn frame(&self, _run: u32, _room: usize, n: u64) -> Utf8Bytes {
        payload(n).into()
    }
    fn classify(&self, text: &str) -> Received {
        if text.starts_with('#') {
            Received::Delivery
        } else {
            Received::Other
        }
    }
    fn bears(&self, text: &str, n: u64) -> bool {
        bears_mark(text, n)
    }
}

impl Talker for Baseline {
    fn message(&self, room: usize, id: u64, key: &str, text: &str) -> Utf8Bytes {
        // The event has the size of Helpline's event.
        let event = format!(r#"{{"type":"event","room":{room},"key":"{key}","body":"{text}"}}"#);
        format!("!{id}!{event: <EVENT_BYTES$}").into()
    }
}
