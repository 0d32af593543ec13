//! Runs the load generator as a separate process. Its clients send messages to tickets all the
//! time, and check every history at the end.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use helpline_rig::testing::TOKEN_SECRET;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

use crate::fleet::Fleet;
use crate::proxy::{Kind, Proxy};

/// Time limit for all clients to join, even on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

pub struct Load {
    process: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Load {
    /// Starts the load generator, which sends messages for the duration `traffic`. Returns once all
    /// of its clients have joined.
    pub async fn start(kind: Kind, fleet: &Fleet, proxy: &Proxy, traffic: Duration) -> Self {
        let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join(kind.name());
        let mut process = Command::new(env!("CARGO_BIN_EXE_helpline-loadtest"))
            .args(["prove", "--tickets", "10", "--rate", "20"])
            .args(["--seconds", &traffic.as_secs().to_string()])
            .args(["--urls", &format!("http://127.0.0.1:{}", proxy.port)])
            .arg("--out")
            .arg(out)
            .env("HELPLINE_JWT_SECRET", TOKEN_SECRET)
            .env("HELPLINE_ADMIN_DATABASE_URL", fleet.admin_url())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the load generator runs");
        let mut lines = BufReader::new(process.stdout.take().expect("piped")).lines();
        let joined = async {
            let next = async |lines: &mut Lines<_>| lines.next_line().await.expect("it is read");
            while !next(&mut lines)
                .await
                .expect("it goes on")
                .starts_with("joined")
            {}
        };
        timeout(PATIENCE, joined).await.expect("its clients join");
        Self { process, lines }
    }

    /// Waits until the load generator exits, and asserts that it found no violation. Returns its
    /// output.
    pub async fn ends(mut self) -> String {
        let mut told = String::new();
        while let Some(line) = self.lines.next_line().await.expect("it is read") {
            told = format!("{told}\n{line}");
        }
        let verdict = self.process.wait().await.expect("it ends");
        assert!(verdict.success(), "{verdict}{told}");
        told
    }
}
