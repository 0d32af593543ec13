//! The tested proxies, each with its configuration file from `deploy/`. The test replaces only the
//! lines that an operator also has to change. It fails if one of these lines is missing.

use std::collections::BTreeSet;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use helpline_rig::certificates::{CertificateFiles, Certificates, Validity};
use helpline_rig::{ParentDeath, Process, free_port};
use tokio::net::TcpStream;

const SHIPPED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../deploy");
const START_TIMEOUT: Duration = Duration::from_secs(20);
const POLL_INTERVAL: Duration = Duration::from_millis(10);

/// The proxies for which `deploy/` has a configuration file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Nginx,
    HaProxy,
    Caddy,
}

/// A running proxy. Its files are removed on drop.
pub struct Proxy {
    // Fields are dropped in order: the process ends before its files are removed.
    process: Process,
    kind: Kind,
    _certificates: Certificates,
    dir: PathBuf,
    /// The port without TLS, which the load generator's clients use.
    pub port: u16,
    /// The port with TLS. It is `None` if the proxy would request its certificate from the
    /// internet.
    pub tls_port: Option<u16>,
    /// The authority that signed the proxy's certificate.
    pub authority: PathBuf,
    /// The address of Caddy's administration interface.
    admin: String,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

impl Proxy {
    /// Makes the proxy reload its configuration file, as an operator (or `systemctl reload`) does.
    pub async fn reload(&self) {
        match self.kind {
            Kind::Nginx => self.process.signal("HUP"),
            Kind::HaProxy => self.process.signal("USR2"),
            Kind::Caddy => {
                // Without `--force`, Caddy does not reload a file that has not changed.
                let reloaded = tokio::process::Command::new("caddy")
                    .args(["reload", "--force", "--address", &self.admin])
                    .args(["--adapter", "caddyfile", "--config"])
                    .arg(self.dir.join(self.kind.file()))
                    .env("HOME", &self.dir)
                    .output()
                    .await
                    .expect("caddy runs");
                let told = String::from_utf8_lossy(&reloaded.stderr);
                assert!(reloaded.status.success(), "{told}");
            }
        }
    }

    /// The client ports of the established connections to the proxy.
    pub fn sockets(&self) -> BTreeSet<u16> {
        let held = std::fs::read_to_string("/proc/net/tcp").expect("a list of sockets");
        // Each line has a number, the local address, the remote address and the state. State 1
        // means established.
        let client = |line: &str| {
            let mut words = line.split_whitespace().skip(1);
            let [own, other, state] = [words.next()?, words.next()?, words.next()?];
            let port = |address: &str| {
                let port = address.strip_prefix("0100007F:")?;
                u16::from_str_radix(port, 16).ok()
            };
            (state == "01" && port(other) == Some(self.port))
                .then(|| port(own))
                .flatten()
        };
        held.lines().filter_map(client).collect()
    }
}

/// Values for the configuration lines that an operator changes.
struct Place<'a> {
    dir: &'a Path,
    files: &'a CertificateFiles,
    port: u16,
    tls_port: u16,
}

/// Whether this process runs as root.
fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

impl Kind {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nginx => "nginx",
            Self::HaProxy => "haproxy",
            Self::Caddy => "caddy",
        }
    }

    /// How long the proxy keeps old sockets open after a reload, according to its configuration
    /// file.
    pub const fn lets_go_after(self) -> Duration {
        match self {
            Self::Nginx | Self::HaProxy => Duration::from_secs(30),
            Self::Caddy => Duration::from_secs(60),
        }
    }

    const fn file(self) -> &'static str {
        match self {
            Self::Nginx => "nginx.conf",
            Self::HaProxy => "haproxy.cfg",
            Self::Caddy => "Caddyfile",
        }
    }

    /// Starts the proxy in front of the instances on these ports.
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
        let admin = format!("127.0.0.1:{}", free_port());
        process
            .start(self.command(&config, &dir, &admin))
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
            process,
            kind: self,
            admin,
            authority: certificates.authority(),
            _certificates: certificates,
            dir,
            port,
            tls_port: (self != Self::Caddy).then_some(tls_port),
        }
    }

    /// The configuration lines to replace, each with its replacement. The proxy then uses free
    /// ports instead of 80 and 443, and an additional port without TLS.
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
                let mut changes = vec![
                    change(
                        "log /dev/log local0 notice",
                        "log stdout format raw local0".into(),
                    ),
                    change("bind :80\n", format!("bind 127.0.0.1:{port}\n")),
                    change("bind :443 ", format!("bind 127.0.0.1:{tls_port} ")),
                    change("/etc/haproxy/tls/desk.pem", both.display().to_string()),
                    // Allow plain HTTP, because the test's clients connect without TLS.
                    change("unless { ssl_fc }", "unless { always_true }".into()),
                ];
                // Only root can run HAProxy as a different user and in a `chroot`.
                if !is_root() {
                    changes.push(change("    user haproxy\n", String::new()));
                    changes.push(change("    group haproxy\n", String::new()));
                    changes.push(change("    chroot /var/lib/haproxy\n", String::new()));
                }
                changes
            }
            Self::Caddy => vec![change(
                "\ndesk.example {",
                format!("\nhttp://:{port} {{\n\tbind 127.0.0.1"),
            )],
        }
    }

    fn command(self, config: &Path, dir: &Path, admin: &str) -> Command {
        let mut command = Command::new(self.name());
        match self {
            Self::Nginx => command.arg("-c").arg(config).args(["-g", "daemon off;"]),
            // `-W` starts HAProxy with a master process, as Debian's service does. HAProxy cannot
            // be reloaded without a master process.
            Self::HaProxy => command.args(["-W", "-db"]).arg("-f").arg(config),
            Self::Caddy => command
                .args(["run", "--adapter", "caddyfile", "--config"])
                .arg(config)
                .env("CADDY_ADMIN", admin)
                .env("HOME", dir),
        };
        command
    }
}
