//! Adapters for the two Node.js servers, Socket.IO and `ws`. Their code in `loadtest/peers` is as
//! small as the libraries' documentation suggests.

use std::process::Command;

use helpline_rig::{ParentDeath, Process, Redis, free_port};
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::{Endpoint, Means, Peer, Received, Setup, bears_mark, payload};
use crate::bench::connection::{Opening, Step};

/// The running Node.js servers: the process and port of each instance.
struct Instances(Vec<(Process, u16)>);

impl Instances {
    async fn start(
        script: &str,
        count: usize,
        redis: Option<&Redis>,
        means: &Means,
    ) -> Result<Self, String> {
        if !means.peers.join("node_modules").is_dir() {
            return Err("its packages are not installed (npm ci in loadtest/peers)".into());
        }
        let mut instances = Vec::new();
        for n in 0..count {
            let port = free_port();
            let process = Process::new(
                script,
                means.work.join(format!("{script}-{n}.log")),
                ParentDeath::Kill,
            );
            let mut command = Command::new("node");
            command
                .arg(means.peers.join(script))
                .arg(port.to_string())
                .env("NODE_ENV", "production");
            if let Some(redis) = redis {
                command.arg(redis.url());
            }
            process.start(command).map_err(|error| error.to_string())?;
            super::ready(port, "/", &process).await?;
            instances.push((process, port));
        }
        Ok(Self(instances))
    }

    fn pids(&self) -> Vec<u32> {
        self.0
            .iter()
            .filter_map(|(process, _)| process.pid())
            .collect()
    }

    fn port(&self, endpoint: Endpoint) -> u16 {
        self.0[endpoint.instance % self.0.len()].1
    }
}

/// Socket.IO 4 with the WebSocket transport only. Several instances are connected through its Redis
/// adapter.
pub(super) struct SocketIo {
    instances: Instances,
    redis: Option<Redis>,
}

impl SocketIo {
    pub(super) async fn start(setup: Setup, means: &Means) -> Result<Self, String> {
        let redis = match setup.instances {
            1 => None,
            _ => Some(
                Redis::start_new()
                    .await
                    .map_err(|error| error.to_string())?,
            ),
        };
        let instances =
            Instances::start("socketio.mjs", setup.instances, redis.as_ref(), means).await?;
        Ok(Self { instances, redis })
    }
}

impl Peer for SocketIo {
    fn name(&self) -> &'static str {
        "Socket.IO"
    }
    fn lacks(&self) -> &'static str {
        "stores nothing, authenticates no client"
    }
    fn processes(&self) -> Vec<u32> {
        self.instances
            .pids()
            .into_iter()
            .chain(self.redis.as_ref().and_then(Redis::pid))
            .collect()
    }
    fn holders(&self) -> Vec<u32> {
        self.instances.pids()
    }
    fn opening(&self, endpoint: Endpoint) -> Opening {
        let join = Utf8Bytes::from(format!("420[\"join\",\"r{}\"]", endpoint.room));
        Opening {
            url: format!(
                "ws://127.0.0.1:{}/socket.io/?EIO=4&transport=websocket",
                self.instances.port(endpoint)
            ),
            subprotocol: None,
            steps: vec![
                Step::Await("0{"),
                Step::Send(Utf8Bytes::from_static("40")),
                Step::Await("40"),
                Step::Send(join),
                Step::Await("430"),
            ],
        }
    }
    fn frame(&self, _run: u32, room: usize, n: u64) -> Utf8Bytes {
        format!("42[\"typing\",\"r{room}\",\"{}\"]", payload(n)).into()
    }
    fn classify(&self, text: &str) -> Received {
        match text {
            "2" => Received::Ping(Utf8Bytes::from_static("3")),
            text if text.starts_with("42[\"typing\"") => Received::Delivery,
            _ => Received::Other,
        }
    }
    fn bears(&self, text: &str, n: u64) -> bool {
        bears_mark(text, n)
    }
}

/// A `ws` server that implements rooms by hand.
pub(super) struct Ws {
    instances: Instances,
}

impl Ws {
    pub(super) async fn start(means: &Means) -> Result<Self, String> {
        Ok(Self {
            instances: Instances::start("ws.mjs", 1, None, means).await?,
        })
    }
}

impl Peer for Ws {
    fn name(&self) -> &'static str {
        "ws"
    }
    fn lacks(&self) -> &'static str {
        "stores nothing, authenticates no client, no heartbeat, no limits, one instance"
    }
    fn processes(&self) -> Vec<u32> {
        self.instances.pids()
    }
    fn holders(&self) -> Vec<u32> {
        self.instances.pids()
    }
    fn opening(&self, endpoint: Endpoint) -> Opening {
        let join = Utf8Bytes::from(format!(
            "{{\"type\":\"join\",\"room\":\"r{}\"}}",
            endpoint.room
        ));
        Opening {
            url: format!("ws://127.0.0.1:{}/", self.instances.port(endpoint)),
            subprotocol: None,
            steps: vec![Step::Send(join), Step::Await("{\"type\":\"joined\"")],
        }
    }
    fn frame(&self, _run: u32, room: usize, n: u64) -> Utf8Bytes {
        format!(
            "{{\"type\":\"typing\",\"room\":\"r{room}\",\"text\":\"{}\"}}",
            payload(n)
        )
        .into()
    }
    fn classify(&self, text: &str) -> Received {
        if text.starts_with("{\"type\":\"typing\"") {
            Received::Delivery
        } else {
            Received::Other
        }
    }
    fn bears(&self, text: &str, n: u64) -> bool {
        bears_mark(text, n)
    }
}
