//! Two gateway instances with one database and one Redis, behind one address. Each instance runs
//! the previous build or this build.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use helpline_rig::{Gateway, Postgres, Redis, free_port};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::process::Command;
use tokio::task::JoinSet;

use crate::SECRET;

const PASSWORD: &str = "runtime";

/// One of the two builds that the test compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Build {
    Previous,
    This,
}

impl Build {
    /// The path of a file of this `Build` (the previous or the current one): its program or its web
    /// client bundle.
    pub fn file(self, name: &str) -> PathBuf {
        let var = if self == Self::Previous {
            "HELPLINE_TEST_PREVIOUS"
        } else {
            "HELPLINE_TEST_THIS"
        };
        let dir = std::env::var_os(var)
            .unwrap_or_else(|| panic!("{var} is not set: run .ci/test-world previous_build"));
        Path::new(&dir).join(name)
    }

    /// The arguments with which the load generator of this `Build` checks histories on instances
    /// that are already running.
    pub fn load(self) -> Vec<String> {
        let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{self:?}"));
        vec!["prove".into(), "--out".into(), out.display().to_string()]
    }
}

/// Two gateway instances with the same database and Redis.
pub struct Fleet {
    pub postgres: Postgres,
    pub redis: Redis,
    pub ports: [u16; 2],
    pub running: [Option<Gateway>; 2],
}

impl Fleet {
    pub async fn start(builds: [Build; 2]) -> Self {
        let postgres = Postgres::start_temporary_with(&[("max_connections", "200")])
            .await
            .expect("a Postgres starts");
        // Let the previous build create the database, as before an update.
        migrate(&postgres, "postgres", Build::Previous).await;
        let redis = Redis::start_new().await.expect("a Redis starts");
        let mut fleet = Self {
            postgres,
            redis,
            ports: [free_port(), free_port()],
            running: [None, None],
        };
        for (n, build) in builds.into_iter().enumerate() {
            fleet.boot(n, build).await;
        }
        fleet
    }

    pub async fn boot(&mut self, n: usize, build: Build) {
        let spec = Gateway::spec()
            .binary(build.file("helpline"))
            .port(self.ports[n])
            .env(
                "HELPLINE_DATABASE_URL",
                self.postgres
                    .url_for("helpline_service", PASSWORD, "postgres"),
            )
            .env("HELPLINE_REDIS_URL", self.redis.url())
            .env("HELPLINE_JWT_SECRET", SECRET)
            .env("HELPLINE_POOL_CONNECTIONS_MAX", "16");
        self.running[n] = Some(spec.start().await.expect("an instance starts"));
    }

    /// Migrates the database with this build, which is the first step of an update. Instances and
    /// clients of the previous build keep running.
    pub async fn update(&self) {
        migrate(&self.postgres, "postgres", Build::This).await;
    }

    /// Returns two schemas to compare: of the updated database, and of a database that this build
    /// created from scratch.
    pub async fn catalogs(&self) -> [String; 2] {
        let made = self.postgres.create_database("fresh", None).await;
        made.expect("a database is made");
        migrate(&self.postgres, "fresh", Build::This).await;
        [self.catalog("postgres").await, self.catalog("fresh").await]
    }

    /// Returns the output of `pg_dump --schema-only` for Helpline's schema.
    async fn catalog(&self, database: &str) -> String {
        let output = Command::new(self.postgres.bin_dir().join("pg_dump"))
            .args(["--schema-only", "--schema=helpline", "--dbname"])
            .arg(self.postgres.admin_url(database))
            .output()
            .await
            .expect("pg_dump runs");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        // Remove the `\restrict` lines: newer versions of pg_dump write a new random key in them
        // each time.
        let text = String::from_utf8_lossy(&output.stdout);
        let kept: Vec<&str> = text
            .lines()
            .filter(|line| !line.starts_with('\\'))
            .collect();
        kept.join("\n")
    }

    /// Restarts instance `n` with the given build, as in a rolling restart.
    pub async fn roll(&mut self, n: usize, build: Build) {
        let old = self.running[n].take().expect("it runs");
        assert_eq!(old.stop().await.expect("it drains"), Some(0));
        self.boot(n, build).await;
    }

    pub fn urls(&self) -> String {
        self.ports
            .map(|port| format!("http://127.0.0.1:{port}"))
            .join(",")
    }
}

async fn migrate(postgres: &Postgres, database: &str, build: Build) {
    let migrated = Command::new(build.file("helpline"))
        .arg("migrate")
        .env("HELPLINE_ADMIN_DATABASE_URL", postgres.admin_url(database))
        .env("HELPLINE_RUNTIME_PASSWORD", PASSWORD)
        .status();
    assert!(
        migrated.await.expect("it runs").success(),
        "{database} by {build:?}"
    );
}

/// Starts a load balancer with one address for the two instances. Each connection goes to the next
/// instance that accepts it.
pub async fn balancer(ports: [u16; 2]) -> (String, JoinSet<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("it listens"));
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        let next = AtomicUsize::new(0);
        let mut connections = JoinSet::new();
        while let Ok((mut client, _)) = listener.accept().await {
            let turn = next.fetch_add(1, Ordering::Relaxed);
            connections.spawn(async move {
                for n in 0..ports.len() {
                    if let Ok(mut server) =
                        TcpStream::connect(("127.0.0.1", ports[(turn + n) % ports.len()])).await
                    {
                        let _ = copy_bidirectional(&mut client, &mut server).await;
                        return;
                    }
                }
            });
        }
    });
    (url, tasks)
}
