//! Tests of the history checker. Most tests break one promise of the gateway on purpose
//! (`--sabotage`) and expect the checker to report it. The remaining tests break no promise and
//! expect no violation. `make test-load` runs them.

// Only builds with debug assertions have sabotage: the profiles `dev` and `breakable`.
#![cfg(debug_assertions)]

use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::time::{Duration, Instant};

/// Time limit of a run of `prove`. A run takes about a minute, or somewhat longer if several runs
/// share a busy machine.
const LIMIT: Duration = Duration::from_secs(240);
const POLL: Duration = Duration::from_millis(50);
/// The text about the database's owner in the certificate (the summary that a run prints).
const BY_ITS_OWNER: &str = ", database of helpline_administrator, no superuser";

/// A small run of `prove`, with its fault plan and its settings.
struct Run {
    sabotage: Option<&'static str>,
    plan: &'static str,
    settings: &'static [&'static str],
}

impl Run {
    /// A unique name for the load test run's directory, because tests run in parallel.
    fn name(&self) -> String {
        let mut hasher = DefaultHasher::new();
        (self.plan, self.settings).hash(&mut hasher);
        format!(
            "{}-{:08x}",
            self.sabotage.unwrap_or("nothing"),
            hasher.finish() as u32
        )
    }

    /// Executes the load test run. Returns the exit code and the program's output.
    fn prove(&self) -> (Option<i32>, String) {
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("prove-{}", self.name()));
        std::fs::create_dir_all(&dir).expect("the target directory can be written");
        let plan = dir.join("plan.txt");
        std::fs::write(&plan, self.plan).expect("the target directory can be written");
        let mut command = Command::new(env!("CARGO_BIN_EXE_helpline-loadtest"));
        command
            .arg("prove")
            .arg("--plan")
            .arg(plan)
            .arg("--out")
            .arg(&dir)
            .args(self.settings)
            .args(["--converge-seconds", "8"]);
        command.args(self.sabotage.iter().flat_map(|name| ["--sabotage", name]));
        if let Some(binary) = gateway() {
            command.arg("--bin").arg(binary);
        }
        let log = dir.join("prove.log");
        let status = ends_within(LIMIT, &mut command, &log);
        let text = std::fs::read_to_string(&log).expect("the program writes text");
        match status {
            Some(status) => (status.code(), text),
            None => {
                panic!(
                    "killed, because it did not end within {LIMIT:?}: {command:?} with the plan\n{}and the output\n{text}",
                    self.plan
                )
            }
        }
    }

    /// Asserts that the checker reports a violation of the kind `word`.
    fn is_caught_as(&self, word: &str) {
        let (code, text) = self.prove();
        assert_eq!(code, Some(1), "{text}");
        assert!(
            text.lines()
                .any(|line| line.trim_start().starts_with(&format!("{word}: "))),
            "no {word} in:\n{text}"
        );
    }
}

/// Runs a program and writes its output to the file `log`. Returns `None` if the program took
/// longer than `limit` and was killed. The program's children end with the program.
fn ends_within(limit: Duration, command: &mut Command, log: &Path) -> Option<ExitStatus> {
    let file = File::create(log).expect("the target directory can be written");
    command
        .stdout(file.try_clone().expect("a second handle of a file"))
        .stderr(file);
    let mut child = command.spawn().expect("the program runs");
    let deadline = Instant::now() + limit;
    loop {
        if let Some(status) = child.try_wait().expect("a child can be waited for") {
            return Some(status);
        }
        if Instant::now() > deadline {
            child.kill().expect("a child can be killed");
            child.wait().expect("a child can be waited for");
            return None;
        }
        std::thread::sleep(POLL);
    }
}

/// Returns the path of the gateway that was built with the load generator, in its directory.
fn gateway() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_BIN_EXE_helpline-loadtest")).with_file_name("helpline");
    beside.is_file().then_some(beside)
}

#[test]
fn a_program_that_hangs_is_killed_and_its_output_kept() {
    let log = Path::new(env!("CARGO_TARGET_TMPDIR")).join("hangs.log");
    let begun = Instant::now();
    let ended = ends_within(
        Duration::from_millis(500),
        Command::new("sh").args(["-c", "echo so far; exec sleep 60"]),
        &log,
    );
    assert_eq!(ended, None);
    assert!(begun.elapsed() < Duration::from_secs(30));
    assert_eq!(
        std::fs::read_to_string(log).expect("it can be read"),
        "so far\n"
    );
}

#[test]
fn a_fault_that_cannot_be_played_is_caught() {
    let settings = &["--tickets", "2", "--rate", "10", "--seconds", "4"];
    Run {
        sabotage: None,
        plan: "1s postgres promote\n2s postgres restore-here\n",
        settings,
    }
    .is_caught_as("unplayed");
}

#[test]
fn a_fault_that_cannot_be_played_may_be_allowed_and_is_told() {
    let settings = &[
        "--tickets",
        "2",
        "--rate",
        "10",
        "--seconds",
        "4",
        "--allow-unplayed",
    ];
    let (code, text) = Run {
        sabotage: None,
        plan: "1s postgres promote\n",
        settings,
    }
    .prove();
    assert_eq!(code, Some(0), "{text}");
    assert!(
        text.contains("postgres promote NOT PLAYED: there is no standby"),
        "{text}"
    );
}

#[test]
fn an_ack_before_the_commit_is_caught() {
    let plan = "2s postgres freeze\n4s gateway 1 kill9\n4s gateway 2 kill9\n5s postgres thaw\n6s gateway 1 start\n6s gateway 2 start\n";
    Run {
        sabotage: Some("ack-before-commit"),
        plan,
        settings: &["--tickets", "4", "--rate", "40", "--seconds", "8"],
    }
    .is_caught_as("lost");
}

#[test]
fn a_retry_that_is_stored_twice_is_caught() {
    // Crash each instance twice. One crash may prove nothing, because the batch that it interrupts
    // may contain only messages sent by REST, which the checker judges differently.
    let plan = "2s gateway 1 failpoint-after-commit\n3s gateway 2 failpoint-after-commit\n5s gateway 1 start\n5s gateway 2 start\n\
                8s gateway 1 failpoint-after-commit\n9s gateway 2 failpoint-after-commit\n11s gateway 1 start\n11s gateway 2 start\n";
    Run {
        sabotage: Some("no-idempotency"),
        plan,
        settings: &["--tickets", "4", "--rate", "40", "--seconds", "13"],
    }
    .is_caught_as("doubled");
}

#[test]
fn a_cursor_by_number_is_caught() {
    // In this test's run, only a long transaction changes the quiet tickets (tickets to which no
    // member writes).
    let settings = &[
        "--tickets",
        "4",
        "--rate",
        "2",
        "--seconds",
        "7",
        "--no-changes",
    ];
    Run {
        sabotage: Some("cursor-by-identity"),
        plan: "2s psql hold 7\n",
        settings,
    }
    .is_caught_as("lost");
}

#[test]
fn a_gateway_without_sweep_is_caught() {
    let settings = &["--tickets", "4", "--rate", "20", "--seconds", "6"];
    Run {
        sabotage: Some("publish-without-sweep"),
        plan: "2s redis kill9\n",
        settings,
    }
    .is_caught_as("lost");
}

#[test]
fn a_send_queue_that_drops_is_caught() {
    Run {
        sabotage: Some("drop-on-full-send-queue"),
        plan: "2s clients 50% freeze\n5s clients 50% heal\n",
        settings: &["--tickets", "1", "--rate", "80", "--seconds", "6"],
    }
    .is_caught_as("hole");
}

#[test]
fn a_note_that_goes_to_customers_is_caught() {
    let settings = &["--tickets", "2", "--rate", "20", "--seconds", "4"];
    Run {
        sabotage: Some("note-to-customers"),
        plan: "",
        settings,
    }
    .is_caught_as("leaked");
}

#[test]
fn events_out_of_their_order_are_caught() {
    let settings = &["--tickets", "1", "--rate", "60", "--seconds", "5"];
    Run {
        sabotage: Some("reorder-buffer-off"),
        plan: "1s gateway 1 redis-delay\n",
        settings,
    }
    .is_caught_as("hole");
}

#[test]
fn a_resume_one_too_late_is_caught() {
    let settings = &["--tickets", "2", "--rate", "40", "--seconds", "5"];
    Run {
        sabotage: Some("resume-one-too-late"),
        plan: "2s clients 100% cut\n",
        settings,
    }
    .is_caught_as("hole");
}

#[test]
fn a_write_that_takes_rows_of_another_cluster_for_its_own_is_caught() {
    // The restored rows contain transaction ids that the new cluster then assigns to its first
    // writes.
    let settings = &["--tickets", "4", "--rate", "60", "--seconds", "22"];
    let plan = "6s postgres dump\n7s postgres restore-elsewhere\n";
    Run {
        sabotage: Some("foreign-rows"),
        plan,
        settings,
    }
    .is_caught_as("foreign");
}

#[test]
fn an_instance_that_ignores_a_changed_epoch_is_caught() {
    let settings = &["--tickets", "4", "--rate", "20", "--seconds", "14"];
    let plan = "3s postgres dump\n6s postgres restore-here\n";
    Run {
        sabotage: Some("epoch-ignored"),
        plan,
        settings,
    }
    .is_caught_as("false history");
}

#[test]
fn a_sweep_that_stops_at_an_unreadable_row_is_caught() {
    let settings = &["--tickets", "4", "--rate", "10", "--seconds", "20"];
    Run {
        sabotage: Some("stops-at-unreadable"),
        plan: "2s poison\n",
        settings,
    }
    .is_caught_as("starved");
}

#[test]
fn an_ack_of_a_server_that_takes_no_writes_is_caught() {
    let plan = "2s postgres read-only\n4s gateway 1 kill9\n4s gateway 2 kill9\n5s postgres read-write\n6s gateway 1 start\n6s gateway 2 start\n";
    Run {
        sabotage: Some("ack-before-commit"),
        plan,
        settings: &["--tickets", "4", "--rate", "40", "--seconds", "8"],
    }
    .is_caught_as("lost");
}

#[test]
fn connections_of_agents_without_rights_that_stay_are_caught() {
    Run {
        sabotage: Some("revoked-stay"),
        plan: "1s agent role-taken\n1s agent blocked\n",
        settings: &["--tickets", "2", "--rate", "10", "--seconds", "14"],
    }
    .is_caught_as("leaked");
}

#[test]
fn a_ticket_that_a_blocked_agent_keeps_is_caught() {
    Run {
        sabotage: Some("kept-tickets"),
        plan: "1s agent blocked\n",
        settings: &["--tickets", "2", "--rate", "10", "--seconds", "14"],
    }
    .is_caught_as("stuck");
}

#[test]
fn an_honest_desk_holds_when_agents_lose_their_rights_for_a_while() {
    let (code, text) = Run {
        sabotage: None,
        plan: "1s agent role-taken\n1s agent blocked\n",
        settings: &["--tickets", "2", "--rate", "10", "--seconds", "14"],
    }
    .prove();
    assert_eq!(code, Some(0), "{text}");
}

#[test]
fn an_honest_desk_holds_when_its_database_hangs_or_takes_no_writes() {
    let plan = "1s postgres freeze\n7s postgres thaw\n9s postgres read-only\n13s postgres read-write\n15s postgres standby-async\n\
                22s postgres misdirect\n27s postgres direct\n";
    let (code, text) = Run {
        sabotage: None,
        plan,
        settings: &["--tickets", "4", "--rate", "20", "--seconds", "36"],
    }
    .prove();
    assert_eq!(code, Some(0), "{text}");
}

#[test]
fn an_honest_desk_holds_beside_unreadable_rows() {
    let (code, text) = Run {
        sabotage: None,
        plan: "2s poison\n",
        settings: &["--tickets", "4", "--rate", "10", "--seconds", "18"],
    }
    .prove();
    assert_eq!(code, Some(0), "{text}");
}

#[test]
fn an_honest_desk_holds_when_its_database_is_restored() {
    let plan = "3s postgres dump\n5s postgres restore-elsewhere\n14s postgres dump\n16s postgres restore-here\n";
    let (code, text) = Run {
        sabotage: None,
        plan,
        settings: &["--tickets", "4", "--rate", "20", "--seconds", "26"],
    }
    .prove();
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains(BY_ITS_OWNER), "{text}");
}

#[test]
fn an_honest_desk_holds() {
    let plan = "2s clients 50% cut\n3s redis kill9\n5s redis start\n6s gateway 1 failpoint-after-commit\n9s gateway 1 start\n";
    let (code, text) = Run {
        sabotage: None,
        plan,
        settings: &["--tickets", "4", "--rate", "20"],
    }
    .prove();
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains(BY_ITS_OWNER), "{text}");
}

/// A run in which consumers and timers are interrupted again and again.
fn interrupted(sabotage: Option<&'static str>) -> Run {
    Run {
        sabotage,
        plan: "2s postgres terminate\n3s gateway 1 kill9\n3.5s gateway 2 kill9\n4s gateway 1 start\n4s gateway 2 start\n\
               7s postgres terminate\n8s postgres terminate\n9s postgres terminate\n10s gateway 1 kill9\n11s gateway 1 start\n\
               13s postgres terminate\n14s gateway 2 kill9\n15s gateway 2 start\n17s postgres terminate\n",
        settings: &["--tickets", "4", "--rate", "40", "--seconds", "20"],
    }
}

#[test]
fn progress_that_is_saved_before_its_effects_is_caught() {
    interrupted(Some("progress-before-effects")).is_caught_as("lost");
}

#[test]
fn effects_that_are_committed_before_the_progress_are_caught() {
    interrupted(Some("effects-before-progress")).is_caught_as("doubled");
}

#[test]
fn a_timer_that_is_deleted_before_its_effect_is_caught() {
    interrupted(Some("timer-before-effect")).is_caught_as("lost");
}

#[test]
fn an_honest_desk_holds_when_its_background_work_is_interrupted() {
    let (code, text) = interrupted(None).prove();
    assert_eq!(code, Some(0), "{text}");
}

#[test]
fn a_window_by_transaction_number_is_caught() {
    Run {
        sabotage: Some("window-by-number"),
        plan: "1s foreign hold 6\n",
        settings: &["--tickets", "4", "--rate", "20", "--seconds", "9"],
    }
    .is_caught_as("lost");
}

#[test]
fn a_consumer_that_passes_failed_events_is_caught() {
    Run {
        sabotage: Some("passed-failures"),
        plan: "",
        // Long, because on a busy machine a failed event is often tried again before the next window
        // is read, and no event passes it then.
        settings: &["--tickets", "2", "--rate", "60", "--seconds", "30"],
    }
    .is_caught_as("reordered");
}

#[test]
fn a_delivery_that_changes_its_id_is_caught() {
    Run {
        sabotage: Some("new-delivery-ids"),
        plan: "",
        settings: &["--tickets", "4", "--rate", "40", "--seconds", "6"],
    }
    .is_caught_as("doubled");
}

#[test]
fn a_clone_that_sends_is_caught() {
    Run {
        sabotage: Some("clone-sends"),
        plan: "4s clone\n",
        settings: &["--tickets", "4", "--rate", "40", "--seconds", "8"],
    }
    .is_caught_as("leaked");
}

#[test]
fn an_honest_desk_holds_with_a_clone_a_frozen_receiver_and_a_jumping_clock() {
    let (code, text) = Run {
        sabotage: None,
        plan: "1s foreign hold 30\n4s clone\n6s receiver freeze\n20s clock back\n26s receiver thaw\n34s clock forward\n",
        settings: &["--tickets", "4", "--rate", "40", "--seconds", "48"],
    }
    .prove();
    assert_eq!(code, Some(0), "{text}");
}

/// A run in which instances are killed while they receive a file.
fn killed_while_receiving(sabotage: Option<&'static str>) -> Run {
    Run {
        sabotage,
        plan: "2s gateway 1 failpoint-upload-received\n3s gateway 2 failpoint-upload-received\n5s gateway 1 start\n5s gateway 2 start\n\
               8s gateway 1 failpoint-upload-received\n9s gateway 2 failpoint-upload-received\n11s gateway 1 start\n11s gateway 2 start\n",
        settings: &["--tickets", "4", "--rate", "10", "--seconds", "14"],
    }
}

#[test]
fn an_upload_that_is_stored_before_its_bytes_is_caught() {
    // A file that the store does not have stays in its check.
    killed_while_receiving(Some("stored-before-bytes")).is_caught_as("stuck");
}

#[test]
fn an_honest_desk_holds_when_it_is_killed_while_it_receives_files() {
    let (code, text) = killed_while_receiving(None).prove();
    assert_eq!(code, Some(0), "{text}");
}
