//! The environment in which the commands of the documents run: two Postgres clusters, a Redis, a
//! running instance, a key set for tokens (JWKS), and a directory laid out like the repository.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use axum::Json;
use axum::routing::get;
use helpline_core::actor::StaffRole;
use helpline_persistence::{bootstrap, migrate};
use helpline_rig::testing::{self, RUNTIME_PASSWORD, TOKEN_SECRET};
use helpline_rig::{Gateway, Postgres, Redis, free_port};
use serde_json::json;
use tokio::process::Command;

use crate::documents::root;
use crate::pages::PROGRAMS;

/// The id of the admin in the documents' example commands.
pub const ADMIN: &str = "018f0000-0000-7000-8000-000000000001";
/// Password of the database role that owns the databases. The role is not a superuser.
const OWNER_PASSWORD: &str = "ownerpassword";
/// Time limit for all commands of one document.
const PAGE_TIMEOUT: Duration = Duration::from_secs(120);
/// Debian's basic programs, which the documents' commands may use.
const SYSTEM: &[&str] = &[
    "cat", "chmod", "cp", "date", "df", "find", "head", "ls", "mkdir", "sleep", "tr",
];

pub struct Desk {
    pub dir: PathBuf,
    environment: Vec<(String, String)>,
    _clusters: [Postgres; 2],
    _redis: Redis,
    _gateway: Gateway,
}

/// The result of running a shell script.
#[derive(Debug)]
pub struct Done {
    pub succeeded: bool,
    pub output: String,
    /// The script's calls of programs that cannot run in this test, with their arguments.
    pub calls: Vec<Vec<String>>,
}

/// The path of a program that is installed on this machine.
fn installed(program: &str) -> PathBuf {
    let path = std::env::var_os("PATH").expect("PATH");
    std::env::split_paths(&path)
        .map(|dir| dir.join(program))
        .find(|file| file.is_file())
        .unwrap_or_else(|| panic!("the pages call {program}, which is not installed"))
}

async fn owned(postgres: &Postgres) -> String {
    postgres
        .create_owned_database("desk", "desk_admin", OWNER_PASSWORD)
        .await
        .expect("a database is made");
    let superuser = testing::connect(&postgres.admin_url("desk")).await;
    // Grant `pg_monitor`, because the documents say that reading database sizes and the write-ahead
    // log needs it.
    superuser
        .expect("SQL connects")
        .batch_execute("grant pg_monitor to desk_admin")
        .await
        .expect("the role may");
    postgres.url_for("desk_admin", OWNER_PASSWORD, "desk")
}

async fn key_set() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let url = format!("http://{}/keys", listener.local_addr().expect("its port"));
    let keys = json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "ed", "alg": "EdDSA",
        "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]});
    let routes = axum::Router::new().route("/keys", get(async || Json(keys)));
    tokio::spawn(async move { axum::serve(listener, routes).await });
    url
}

impl Desk {
    pub async fn open() -> Self {
        let dir = std::env::temp_dir().join(format!("helpline-commands-{}", std::process::id()));
        let _ = fs::remove_dir_all(&dir);
        furnish(&dir);
        let source = Postgres::start_temporary().await.expect("a Postgres");
        let target = Postgres::start_temporary().await.expect("a Postgres");
        let redis = Redis::start_new().await.expect("a Redis");
        let (admin, goal) = (owned(&source).await, owned(&target).await);
        migrate::migrate(&admin)
            .await
            .expect("the migrations apply");
        migrate::set_runtime_password(&admin, RUNTIME_PASSWORD)
            .await
            .expect("a password is set");
        let person = ADMIN.parse().expect("a person's id");
        bootstrap::grant(&admin, &[(person, StaffRole::Admin)])
            .await
            .expect("a role is given");
        let database = source.url_for("helpline_service", RUNTIME_PASSWORD, "desk");
        let claims = testing::claims(ADMIN, "Katherine", 3_600);
        let settings = [
            ("HELPLINE_DATABASE_URL", database),
            ("HELPLINE_REDIS_URL", redis.url()),
            ("HELPLINE_JWKS_URL", key_set().await),
            ("HELPLINE_JWT_SECRET", TOKEN_SECRET.to_owned()),
            ("HELPLINE_PUBLIC_URL", "https://desk.example".to_owned()),
            ("HELPLINE_ASSETS_DIR", path(&dir.join("assets"))),
        ];
        let mut spec = Gateway::spec().binary(env!("CARGO_BIN_EXE_helpline"));
        for (name, value) in &settings {
            spec = spec.env(*name, value);
        }
        let gateway = spec.start().await.expect("a gateway starts");
        let more = [
            ("HELPLINE_LISTEN", format!("127.0.0.1:{}", gateway.port())),
            ("DESK", gateway.http_url()),
            ("ADMIN", admin),
            ("TARGET", goal),
            ("TOKEN", testing::sign(TOKEN_SECRET, &claims)),
            ("NEW", RUNTIME_PASSWORD.to_owned()),
            ("EDITOR", "ls".to_owned()),
            ("HELPLINE", env!("CARGO_BIN_EXE_helpline").to_owned()),
            ("CURL", path(&installed("curl"))),
            ("MAKE", path(&installed("make"))),
            ("REDIS_CLI", path(&installed("redis-cli"))),
            ("PG", path(source.bin_dir())),
            ("PATH", path(&dir.join("bin"))),
            ("REPOSITORY", path(&root())),
            ("HOME", path(&dir)),
        ];
        let environment = settings
            .into_iter()
            .chain(more)
            .map(|(name, value)| (name.to_owned(), value))
            .collect();
        Self {
            dir,
            environment,
            _clusters: [source, target],
            _redis: redis,
            _gateway: gateway,
        }
    }

    /// The value of an environment variable that the commands see.
    pub fn value(&self, name: &str) -> &str {
        let found = self.environment.iter().find(|(known, _)| known == name);
        &found.expect("a variable of the desk").1
    }

    /// Runs a script in bash, with only this environment's programs in its `PATH`. `mode` is
    /// `block` for a code block, or `mention` for a command between backquotes.
    pub async fn run(&self, mode: &str, script: &str) -> Done {
        let calls = self.dir.join("calls");
        fs::write(&calls, "").expect("a file");
        let script = format!(
            "set -aeuo pipefail\ncd {}\n{script}",
            path(&self.dir.join("repository"))
        );
        let run = Command::new("/bin/bash")
            .args(["-c", &script])
            .env_clear()
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .env("MODE", mode)
            .env("CALLS", &calls)
            .env("SERVE_PORT", free_port().to_string())
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .output();
        let (succeeded, output) = match tokio::time::timeout(PAGE_TIMEOUT, run).await {
            Ok(output) => {
                let output = output.expect("bash is there");
                let both = [output.stdout, output.stderr].concat();
                (
                    output.status.success(),
                    String::from_utf8_lossy(&both).into_owned(),
                )
            }
            Err(_) => (false, format!("not done after {PAGE_TIMEOUT:?}")),
        };
        let calls = fs::read_to_string(&calls).expect("a file");
        let words = |line: &str| line.split_terminator('\u{1f}').map(str::to_owned).collect();
        Done {
            succeeded,
            output,
            calls: calls.lines().map(words).collect(),
        }
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.dir);
    }
}

fn path(path: &Path) -> String {
    path.display().to_string()
}

/// Creates the directory in which the commands run: programs, web pages to serve, and the
/// repository's files that the commands name.
fn furnish(dir: &Path) {
    let (bin, repository, assets) = (dir.join("bin"), dir.join("repository"), dir.join("assets"));
    for made in [
        bin.as_path(),
        &assets.join("assets"),
        &repository.join("deploy"),
        &repository.join(".ci"),
        &repository.join("target/release"),
        &dir.join("etc/systemd/system"),
        &dir.join("usr/local/bin"),
        &dir.join("certificates"),
    ] {
        fs::create_dir_all(made).expect("a directory");
    }
    for page in ["support", "console", "widget"] {
        fs::write(assets.join(format!("{page}.html")), "<!doctype html>").expect("a page");
    }
    for name in ["fullchain.pem", "privkey.pem"] {
        fs::write(dir.join("certificates").join(name), name).expect("a file");
    }
    fs::write(repository.join("target/release/helpline"), "").expect("a file");
    for entry in fs::read_dir(root().join("deploy")).expect("deploy/") {
        let file = entry.expect("an entry").path();
        if file.is_file() {
            let name = file.file_name().expect("a name");
            fs::copy(&file, repository.join("deploy").join(name)).expect("a copy");
        }
    }
    for name in SYSTEM.iter().chain(&["install", "openssl"]) {
        symlink(installed(name), bin.join(name)).expect("a link");
    }
    let tools = include_str!("tools.sh");
    for name in PROGRAMS {
        let file = if name.contains('/') {
            repository.join(name)
        } else {
            bin.join(name)
        };
        let run = match *name {
            // `install` and `openssl` are links to the real programs, so no script replaces them.
            "install" | "openssl" => continue,
            "pg_dump" | "pg_restore" => format!("#!/bin/bash\nexec \"$PG/{name}\" \"$@\"\n"),
            _ => format!("#!/bin/bash\nset -euo pipefail\nTOOL={name}\n{tools}"),
        };
        let _ = fs::remove_file(&file);
        fs::write(&file, run).expect("a program");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).expect("it may run");
    }
}
