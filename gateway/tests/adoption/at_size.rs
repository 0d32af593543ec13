//! A platform of 8,000 tickets with a long one among them: the time that each step takes, and the
//! memory of the command.

use std::time::Instant;

use crate::invariants::{self, TICKETS};
use crate::kit::Adoption;
use crate::platform::Contents;

/// Bytes that the command may have in memory, whatever the number of tickets.
const RESIDENT_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// Runs the command, and prints its time and the most memory it had.
pub async fn measured(adoption: &Adoption, arguments: &[&str]) -> serde_json::Value {
    let (report, peak) = run(adoption, arguments).await;
    assert!(
        peak < RESIDENT_BYTES_MAX,
        "{arguments:?} had {peak} bytes in memory"
    );
    report
}

/// The most memory that the command had, in bytes.
pub async fn measured_peak(adoption: &Adoption, arguments: &[&str]) -> u64 {
    run(adoption, arguments).await.1
}

async fn run(adoption: &Adoption, arguments: &[&str]) -> (serde_json::Value, u64) {
    let began = Instant::now();
    let child = adoption.command(arguments).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id().unwrap());
    let output = child.wait_with_output();
    tokio::pin!(output);
    let mut peak = 0;
    let mut tick = tokio::time::interval(std::time::Duration::from_millis(5));
    let output = loop {
        tokio::select! {
            output = &mut output => break output.unwrap(),
            _ = tick.tick() => peak = peak.max(resident_at_most(&status)),
        }
    };
    println!(
        "{arguments:?}: {:.1} s, {} MiB",
        began.elapsed().as_secs_f64(),
        peak >> 20
    );
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    (serde_json::from_slice(&output.stdout).unwrap(), peak)
}

/// The most memory that the process had until now (`VmHWM`).
fn resident_at_most(status: &str) -> u64 {
    let text = std::fs::read_to_string(status).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB"));
    kib.and_then(|kib| kib.trim().parse::<u64>().ok())
        .unwrap_or(0)
        * 1024
}

#[tokio::test]
#[ignore = "takes minutes; run by .ci/test-world adoption"]
async fn eight_thousand_tickets() {
    let contents = Contents {
        people: 2000,
        long: 10_000,
        ..Contents::plain(8000)
    };
    let adoption = Adoption::installed(&contents).await;
    measured(&adoption, &["--dry-run"]).await;
    let copied = measured(&adoption, &["--copy"]).await;
    assert_eq!(copied["adopted"]["tickets"], 8001);
    measured(&adoption, &["--copy"]).await;
    measured(&adoption, &["--follow"]).await;
    measured(&adoption, &["--verify"]).await;
    measured(&adoption, &["--cut-over"]).await;
    invariants::assert_hold(&adoption, &[TICKETS], "8,000 tickets").await;
}
