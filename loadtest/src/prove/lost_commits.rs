//! Lost commits: which database promotions and restores may have undone commits, and in which
//! period those commits were made.

use std::time::{SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

use super::outcome::{Done, Outcome};
use super::plan::{Op, PostgresOp};

/// Safety margin in seconds: the period of lost commits begins this long before the standby was
/// detached, its primary was killed, or the dump began. The margin covers commits that the standby
/// had not received yet, and transactions in progress when the dump began.
const LAG_S: f64 = 1.0;

/// The operation that may have undone commits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// A standby was promoted that had not received its primary's last commits.
    Promotion,
    /// A dump was restored. It does not contain commits made after the dump began.
    Restore,
}

/// A database promotion or restore, with the period of commits that it may have undone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LostCommits {
    /// Start of the period, in seconds into the load test run.
    pub from: f64,
    /// End of the period, in seconds into the load test run.
    pub to: f64,
    pub cause: Cause,
    /// Whether acknowledged messages of this period may be lost. This is possible if acks did not
    /// wait for the standby, or if a dump was restored.
    pub voids_acks: bool,
}

impl LostCommits {
    /// Whether a commit at `at` (seconds into the load test run) may have been undone.
    pub fn holds(&self, at: f64) -> bool {
        (self.from..=self.to).contains(&at)
    }
}

/// Returns the database promotions and restores that took place in a load test run.
pub fn of(log: &[Done]) -> Vec<LostCommits> {
    let mut losses = Vec::new();
    let mut standby: Option<LostCommits> = None;
    let mut dumped: Option<f64> = None;
    for done in log {
        let (Op::Postgres(op), false) = (&done.op, matches!(done.outcome, Outcome::Unplayed(_)))
        else {
            continue;
        };
        let op = *op;
        match op {
            PostgresOp::StandbySync | PostgresOp::StandbyAsync => {
                let voids_acks = op == PostgresOp::StandbyAsync;
                standby = Some(LostCommits {
                    from: done.at,
                    to: done.until,
                    cause: Cause::Promotion,
                    voids_acks,
                });
            }
            PostgresOp::StandbyDetach => {
                if let Some(loss) = &mut standby {
                    loss.from = loss.from.max(done.at - LAG_S);
                }
            }
            PostgresOp::Promote => losses.extend(standby.take().map(|loss| LostCommits {
                to: done.until,
                ..loss
            })),
            // Ignore failed dumps: a later restore uses the most recent successful dump.
            PostgresOp::Dump if done.outcome.is_done() => dumped = Some(done.at - LAG_S),
            PostgresOp::RestoreElsewhere | PostgresOp::RestoreHere => {
                let loss = |from| LostCommits {
                    from,
                    to: done.until,
                    cause: Cause::Restore,
                    voids_acks: true,
                };
                losses.extend(dumped.map(loss));
            }
            PostgresOp::Dump
            | PostgresOp::Terminate
            | PostgresOp::Restart
            | PostgresOp::Kill9
            | PostgresOp::Start
            | PostgresOp::Freeze
            | PostgresOp::Thaw
            | PostgresOp::Cut
            | PostgresOp::Delay
            | PostgresOp::Heal
            | PostgresOp::ReadOnly
            | PostgresOp::ReadWrite
            | PostgresOp::Misdirect
            | PostgresOp::Direct => {}
        }
    }
    losses
}

/// Converts the database's times (µs since 1970) to seconds since `begun`. The database runs on
/// this machine, so its clock is the same.
pub fn seconds_into(begun: Instant) -> impl Fn(i64) -> f64 {
    let since_1970 = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("the clock is past 1970");
    let begun_micros = (since_1970 - begun.elapsed()).as_micros();
    move |micros| micros as f64 / 1e6 - begun_micros as f64 / 1e6
}

#[cfg(test)]
mod tests {
    use super::super::plan::Step;
    use super::*;

    fn done(at: f64, op: &str) -> Done {
        let op = format!("0s {op}").parse::<Step>().expect("an operation").op;
        Done {
            at,
            until: at + 0.5,
            op,
            outcome: Outcome::Done(String::new()),
        }
    }

    #[test]
    fn only_what_the_standby_cannot_have_may_be_gone() {
        let log = [
            done(1.0, "postgres standby-async"),
            done(9.0, "postgres standby-detach"),
            done(11.0, "postgres promote"),
            done(20.0, "postgres standby-sync"),
            done(30.0, "postgres promote"),
            done(40.0, "postgres promote"),
        ];
        let losses = of(&log);
        assert_eq!(
            losses[0],
            LostCommits {
                from: 8.0,
                to: 11.5,
                cause: Cause::Promotion,
                voids_acks: true
            }
        );
        assert_eq!(
            losses[1],
            LostCommits {
                from: 20.0,
                to: 30.5,
                cause: Cause::Promotion,
                voids_acks: false
            }
        );
        assert_eq!(losses.len(), 2);
        assert!(losses[0].holds(10.0) && !losses[0].holds(7.9));
    }

    #[test]
    fn what_was_committed_between_a_dump_and_its_restore_may_be_gone() {
        let failed = Done {
            outcome: Outcome::Failed("no room".into()),
            ..done(12.0, "postgres dump")
        };
        let log = [
            done(2.0, "postgres restore-here"),
            done(10.0, "postgres dump"),
            failed,
            done(16.0, "postgres restore-elsewhere"),
            done(30.0, "postgres restore-here"),
        ];
        let loss = |to| LostCommits {
            from: 9.0,
            to,
            cause: Cause::Restore,
            voids_acks: true,
        };
        assert_eq!(
            of(&log),
            [loss(16.5), loss(30.5)],
            "a dump can be restored twice"
        );
    }
}
