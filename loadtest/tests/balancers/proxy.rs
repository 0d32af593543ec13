//! The proxies, each with its file from `deploy/`. The test replaces only the lines that an
//! operator changes too, and fails if one of them is missing.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use helpline_rig::certificates::{CertificateFiles, Certificates, Validity};
use helpline_rig::{ParentDeath, Process, free_port};
use tokio::net::TcpStream;

const SHIPPED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../deploy");
const START_TIMEOUT: Duration = Duration::from_secs(20);
const POLL_INTERVAL: Duration = Duration::from_millis(10);

/// The supported proxies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Nginx,
    HaProxy,
    Caddy,
}

/// A running proxy. Its files are removed on drop.
pub struct Proxy {
    // Declared before its files, so that the process ends first.
    _process: Process,
    _certificates: Certificates,
    dir: PathBuf,
    /// The port without TLS, for the clients.
    pub port: u16,
    /// The port with TLS; `None` if the certificate would come from the internet.
    pub tls_port: Option<u16>,
    /// The certificate authority that signed the certificate.
    pub authority: PathBuf,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

/// Values for the lines that an operator changes.
struct Place<'a> {
    dir: &'a Path,
    files: &'a CertificateFiles,
    port: u16,
    tls_port: u16,
}

impl Kind {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nginx => "nginx",
            Self::HaProxy => "haproxy",
            Self::Caddy => "caddy",
        }
    }

    const fn file(self) -> &'static str {
        match self {
            Self::Nginx => "nginx.conf",
            Self::HaProxy => "haproxy.cfg",
            Self::Caddy => "Caddyfile",
        }
    }

    /// Starts the proxy in front of these instances.
    pub async fn start(self, instances: [u16; 2]) -> Proxy {
        let (port, tls_port) = (free_port(), free_port());
        let dir = std::env::temp_dir().join(format!("helpline-{}-{port}", self.name()));
        std::fs::create_dir_all(&dir).expect("a directory");
        let certificates = Certificates::new();
        let files = certificates.signed("desk", &["desk.example"], Validity::Good);
        let place = Place {
            dir: &dir,
            files: &files,
            port,
            tls_port,
        };
        let mut changes = self.changes(&place);
        for (name, port) in ["helpline-1:8080", "helpline-2:8080"].iter().zip(instances) {
            changes.push(((*name).to_owned(), format!("127.0.0.1:{port}")));
        }
        let mut text = std::fs::read_to_string(Path::new(SHIPPED).join(self.file()))
            .expect("the file is shipped");
        for (theirs, ours) in changes {
            assert!(text.contains(&theirs), "{} has no {theirs:?}", self.file());
            text = text.replace(&theirs, &ours);
        }
        let config = dir.join(self.file());
        std::fs::write(&config, text).expect("a file");
        let process = Process::new(self.name(), dir.join("output.log"), ParentDeath::Kill);
        process
            .start(self.command(&config, &dir))
            .expect("the proxy is installed");
        let deadline = Instant::now() + START_TIMEOUT;
        while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            let log = || std::fs::read_to_string(process.log()).unwrap_or_default();
            assert!(
                process.ended().is_none(),
                "{} ended:\n{}",
                self.name(),
                log()
            );
            assert!(
                Instant::now() < deadline,
                "{} is not there:\n{}",
                self.name(),
                log()
            );
            tokio::time::sleep(POLL_INTERVAL).await;
        }
        Proxy {
            _process: process,
            authority: certificates.authority(),
            _certificates: certificates,
            dir,
            port,
            tls_port: (self != Self::Caddy).then_some(tls_port),
        }
    }

    /// The lines to replace, each with its replacement: other ports than 80 and 443, and an
    /// additional listener without TLS for the clients.
    fn changes(self, place: &Place<'_>) -> Vec<(String, String)> {
        let Place {
            dir,
            files,
            port,
            tls_port,
        } = place;
        let change = |theirs: &str, ours: String| (theirs.to_owned(), ours);
        match self {
            Self::Nginx => vec![
                change("/run/nginx.pid", format!("{}/pid", dir.display())),
                change("/var/log/nginx", dir.display().to_string()),
                change("listen 80;", format!("listen 127.0.0.1:{};", free_port())),
                change("listen [::]:80;", String::new()),
                change(
                    "listen 443 ssl http2;",
                    format!("listen 127.0.0.1:{tls_port} ssl http2;"),
                ),
                change(
                    "listen [::]:443 ssl http2;",
                    format!("listen 127.0.0.1:{port};"),
                ),
                change(
                    "/etc/nginx/tls/desk.pem",
                    files.certificate.display().to_string(),
                ),
                change("/etc/nginx/tls/desk.key", files.key.display().to_string()),
            ],
            Self::HaProxy => {
                let both = dir.join("desk.pem");
                let read = |file| std::fs::read_to_string(file).expect("a certificate");
                std::fs::write(&both, read(&files.certificate) + &read(&files.key))
                    .expect("a file");
                vec![
                    change(
                        "log /dev/log local0 notice",
                        "log stdout format raw local0".into(),
                    ),
                    change("bind :80\n", format!("bind 127.0.0.1:{port}\n")),
                    change("bind :443 ", format!("bind 127.0.0.1:{tls_port} ")),
                    change("/etc/haproxy/tls/desk.pem", both.display().to_string()),
                    // The test's clients connect without TLS.
                    change("unless { ssl_fc }", "unless { always_true }".into()),
                ]
            }
            Self::Caddy => vec![change(
                "\ndesk.example {",
                format!("\nhttp://:{port} {{\n\tbind 127.0.0.1"),
            )],
        }
    }

    fn command(self, config: &Path, dir: &Path) -> Command {
        let mut command = Command::new(self.name());
        match self {
            Self::Nginx => command.arg("-c").arg(config).args(["-g", "daemon off;"]),
            Self::HaProxy => command.arg("-db").arg("-f").arg(config),
            Self::Caddy => command
                .args(["run", "--adapter", "caddyfile", "--config"])
                .arg(config)
                .env("CADDY_ADMIN", format!("127.0.0.1:{}", free_port()))
                .env("HOME", dir),
        };
        command
    }
}
