//! Adapter for nginx with the module nchan, as packaged by Debian. Several instances are connected
//! through Redis.

use std::path::Path;
use std::process::Command;

use helpline_rig::{ParentDeath, Process, Redis, free_port};
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::{Endpoint, Means, Peer, Received, Setup, bears_mark, payload};
use crate::bench::connection::Opening;

const TEMPLATE: &str = "nchan.conf";
/// The directory in which Debian installs nginx modules.
const MODULES: &str = "/usr/lib/nginx/modules";

pub(super) struct Nchan {
    instances: Vec<(Process, u16)>,
    redis: Option<Redis>,
}

impl Nchan {
    pub(super) async fn start(setup: Setup, means: &Means) -> Result<Self, String> {
        if !Path::new(MODULES).join("ngx_nchan_module.so").is_file() {
            return Err("nginx's nchan module is not installed (libnginx-mod-nchan)".into());
        }
        let template = std::fs::read_to_string(means.peers.join(TEMPLATE))
            .map_err(|error| error.to_string())?;
        let redis = match setup.instances {
            1 => None,
            _ => Some(
                Redis::start_new()
                    .await
                    .map_err(|error| error.to_string())?,
            ),
        };
        let mut instances = Vec::new();
        for n in 0..setup.instances {
            instances.push(start_one(&template, n, redis.as_ref(), means).await?);
        }
        Ok(Self { instances, redis })
    }
}

async fn start_one(
    template: &str,
    n: usize,
    redis: Option<&Redis>,
    means: &Means,
) -> Result<(Process, u16), String> {
    let port = free_port();
    let dir = means.work.join(format!("nchan-{port}"));
    std::fs::create_dir_all(&dir).map_err(|error| error.to_string())?;
    let (upstream, pass) = match redis {
        None => (String::new(), ""),
        Some(redis) => (
            format!(
                "upstream relay {{ nchan_redis_server {}; nchan_redis_storage_mode nostore; }}",
                redis.url()
            ),
            "nchan_redis_pass relay;",
        ),
    };
    let user = std::env::var_os("USER")
        .map_or_else(|| "root".into(), |user| user.to_string_lossy().into_owned());
    let config = template
        .replace("$MODULES", MODULES)
        .replace("$USER", &user)
        .replace("$DIR", &dir.to_string_lossy())
        .replace("$PORT", &port.to_string())
        .replace("$UPSTREAM", &upstream)
        .replace("$REDIS", pass);
    let file = dir.join("nginx.conf");
    std::fs::write(&file, config).map_err(|error| error.to_string())?;
    let process = Process::new(
        "nginx",
        means.work.join(format!("nchan-{n}.log")),
        ParentDeath::Kill,
    );
    let mut command = Command::new("/usr/sbin/nginx");
    command
        .arg("-c")
        .arg(&file)
        .arg("-e")
        .arg(dir.join("error.log"));
    process.start(command).map_err(|error| error.to_string())?;
    super::ready(port, "/ready", &process).await?;
    Ok((process, port))
}

impl Peer for Nchan {
    fn name(&self) -> &'static str {
        "nchan"
    }
    fn lacks(&self) -> &'static str {
        "stores nothing here, authenticates no client; sends the speaker their own frame too"
    }
    fn processes(&self) -> Vec<u32> {
        self.holders()
            .into_iter()
            .chain(self.redis.as_ref().and_then(Redis::pid))
            .collect()
    }
    fn holders(&self) -> Vec<u32> {
        self.instances
            .iter()
            .filter_map(|(process, _)| process.pid())
            .collect()
    }
    fn opening(&self, endpoint: Endpoint) -> Opening {
        let port = self.instances[endpoint.instance % self.instances.len()].1;
        Opening {
            url: format!("ws://127.0.0.1:{port}/room/r{}", endpoint.room),
            subprotocol: None,
            steps: Vec::new(),
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
