//! Checks that `helpline dev` starts, and keeps its data for the next start. However it ends, it
//! must leave no process behind.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use helpline_rig::free_port;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

const PATIENCE: Duration = Duration::from_secs(90);

struct Dev {
    child: Child,
    port: u16,
}

impl Dev {
    async fn start(data: &Path, instances: &str) -> Self {
        let port = free_pair();
        let mut command = Command::new(env!("CARGO_BIN_EXE_helpline"));
        // These variables of a developer's shell are meant for psql. They must not affect the
        // private Postgres cluster.
        command
            .env("PGSSLMODE", "verify-full")
            .env("PGSSLROOTCERT", "system");
        command
            .args([
                "dev",
                "--listen",
                &format!("127.0.0.1:{port}"),
                "--instances",
                instances,
                "--data",
            ])
            .arg(data);
        let mut child = command
            .stdout(Stdio::piped())
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let up = async {
            while !lines
                .next_line()
                .await
                .unwrap()
                .expect("it ended before it was up")
                .contains("Ctrl-C")
            {}
        };
        tokio::time::timeout(PATIENCE, up)
            .await
            .expect("up in time");
        // Keep reading the process's output, so that a full pipe never blocks the process.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Self { child, port }
    }

    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    async fn signal(&self, name: &str) {
        let pid = self.child.id().expect("it runs").to_string();
        assert!(
            Command::new("kill")
                .args([&format!("-{name}"), &pid])
                .status()
                .await
                .unwrap()
                .success()
        );
    }

    /// Lists the tickets of a demo person, as that person.
    async fn tickets(&self, name: &str) -> Vec<Value> {
        let (ask, list, wish) = (
            self.url("/dev/token"),
            self.url("/v1/tickets"),
            serde_json::json!({"user": name}).to_string(),
        );
        tokio::task::spawn_blocking(move || {
            let answer = ureq::post(&ask)
                .content_type("application/json")
                .send(wish)
                .unwrap()
                .body_mut()
                .read_to_string()
                .unwrap();
            let token = serde_json::from_str::<Value>(&answer).unwrap()["token"]
                .as_str()
                .unwrap()
                .to_owned();
            let page = ureq::get(&list)
                .header("authorization", format!("Bearer {token}"))
                .call()
                .unwrap()
                .body_mut()
                .read_to_string()
                .unwrap();
            serde_json::from_str::<Value>(&page).unwrap()["tickets"]
                .as_array()
                .unwrap()
                .clone()
        })
        .await
        .unwrap()
    }
}

/// Finds a free port that is followed by another free port.
fn free_pair() -> u16 {
    let free = |port| std::net::TcpListener::bind(("127.0.0.1", port)).is_ok();
    std::iter::repeat_with(free_port)
        .find(|port| port.checked_add(1).is_some_and(free))
        .unwrap()
}

fn data_dir(name: &str) -> PathBuf {
    let dir =
        Path::new("/var/tmp").join(format!("helpline-dev-test-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    dir
}

/// Lists the processes whose command line or log file names this directory, except this process.
fn running_on(data: &Path) -> Vec<String> {
    let needle = data.to_str().unwrap().as_bytes();
    let holds = |path: PathBuf| {
        std::fs::read(path).is_ok_and(|text| text.windows(needle.len()).any(|part| part == needle))
    };
    let processes = std::fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .map(|entry| entry.path());
    let own = std::process::id().to_string();
    processes
        .filter(|path| {
            path.file_name()
                .is_some_and(|name| name.to_string_lossy() != own)
        })
        .filter(|path| {
            holds(path.join("cmdline"))
                || std::fs::read_link(path.join("fd/1")).is_ok_and(|file| file.starts_with(data))
        })
        .map(|path| {
            String::from_utf8_lossy(&std::fs::read(path.join("cmdline")).unwrap_or_default())
                .replace('\0', " ")
        })
        .collect()
}

async fn nothing_runs_on(data: &Path) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !running_on(data).is_empty() {
        assert!(
            Instant::now() < deadline,
            "still running: {:?}",
            running_on(data)
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn dev_finds_its_data_again_and_leaves_nothing_running() {
    let data = data_dir("again");
    let mut first = Dev::start(&data, "1").await;
    let told = first.tickets("Ada").await;
    assert_eq!(told.len(), 2, "{told:?}");
    let second = Command::new(env!("CARGO_BIN_EXE_helpline"))
        .args(["dev", "--listen", "127.0.0.1:0", "--data"])
        .arg(&data)
        .output()
        .await
        .unwrap();
    assert_eq!(second.status.code(), Some(69));
    assert!(
        String::from_utf8_lossy(&second.stderr).contains("another helpline dev"),
        "{second:?}"
    );
    first.signal("INT").await;
    let ended = tokio::time::timeout(PATIENCE, first.child.wait())
        .await
        .expect("ends in time")
        .unwrap();
    assert_eq!(ended.code(), Some(0));
    nothing_runs_on(&data).await;

    let again = Dev::start(&data, "1").await;
    assert_eq!(
        again.tickets("Ada").await,
        told,
        "the tickets differ, or one occurs twice"
    );
    again.signal("KILL").await;
    nothing_runs_on(&data).await;
    std::fs::remove_dir_all(data).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_that_dies_is_started_again_beside_the_other() {
    let data = data_dir("two");
    let mut dev = Dev::start(&data, "2").await;
    let other = format!("http://127.0.0.1:{}/readyz", dev.port + 1);
    let ready = |url: String| async move {
        tokio::task::spawn_blocking(move || ureq::get(&url).call().is_ok())
            .await
            .unwrap()
    };
    assert!(ready(other.clone()).await);
    let log = data.join(format!("gateway-{}.log", dev.port));
    let pid = pid_logging_to(&log).expect("the first instance");
    assert!(
        Command::new("kill")
            .args(["-9", &pid])
            .status()
            .await
            .unwrap()
            .success()
    );
    let deadline = Instant::now() + PATIENCE;
    while pid_logging_to(&log).is_none_or(|now| now == pid) || !ready(dev.url("/readyz")).await {
        assert!(Instant::now() < deadline, "not started again");
        assert!(
            ready(other.clone()).await,
            "the other instance stopped serving"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    dev.signal("TERM").await;
    assert_eq!(
        tokio::time::timeout(PATIENCE, dev.child.wait())
            .await
            .expect("ends in time")
            .unwrap()
            .code(),
        Some(0)
    );
    nothing_runs_on(&data).await;
    std::fs::remove_dir_all(data).unwrap();
}

fn pid_logging_to(log: &Path) -> Option<String> {
    let mut processes = std::fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .map(|entry| entry.path());
    let found = processes
        .find(|path| std::fs::read_link(path.join("fd/2")).is_ok_and(|file| file == log))?;
    Some(found.file_name()?.to_string_lossy().into_owned())
}
