//! Promotions that may have taken the record back in time: what was committed on the dead primary alone, and from when to when.

use std::time::{SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

use super::carry::Done;
use super::plan::{Op, PostgresOp};

/// What a standby had not yet received when it was cut off, or when its primary died.
const LAG_S: f64 = 1.0;

/// A promotion, with the time whose commits it may have undone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rewind {
    /// Seconds into the run.
    pub from: f64,
    /// Its end.
    pub to: f64,
    /// Whether acks of that time may be void, too: nobody waited for the standby.
    pub voids_acks: bool,
}

impl Rewind {
    /// Whether it may have undone what was committed then.
    pub fn holds(&self, at: f64) -> bool {
        (self.from..=self.to).contains(&at)
    }
}

/// The promotions of a run that took place.
pub fn of(log: &[Done]) -> Vec<Rewind> {
    let mut rewinds = Vec::new();
    let mut begun: Option<Rewind> = None;
    for done in log {
        match done.op {
            Op::Postgres(op @ (PostgresOp::StandbySync | PostgresOp::StandbyAsync)) => {
                begun = Some(Rewind { from: done.at, to: done.until, voids_acks: op == PostgresOp::StandbyAsync });
            }
            Op::Postgres(PostgresOp::StandbyDetach) => {
                if let Some(rewind) = &mut begun {
                    rewind.from = rewind.from.max(done.at - LAG_S);
                }
            }
            Op::Postgres(PostgresOp::Promote) => rewinds.extend(begun.take().map(|rewind| Rewind { to: done.until, ..rewind })),
            _ => {}
        }
    }
    rewinds
}

/// A time of the record's, in seconds into the run that began then. Both live on one machine.
pub fn seconds_into(begun: Instant) -> impl Fn(i64) -> f64 {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock is past 1970");
    let begun_micros = (since_1970 - begun.elapsed()).as_micros();
    move |micros| micros as f64 / 1e6 - begun_micros as f64 / 1e6
}

#[cfg(test)]
mod tests {
    use super::super::plan::Step;
    use super::*;

    fn done(at: f64, op: &str) -> Done {
        let op = format!("0s {op}").parse::<Step>().expect("an operation").op;
        Done { at, until: at + 0.5, op, outcome: Ok(String::new()) }
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
        let rewinds = of(&log);
        assert_eq!(rewinds[0], Rewind { from: 8.0, to: 11.5, voids_acks: true });
        assert_eq!(rewinds[1], Rewind { from: 20.0, to: 30.5, voids_acks: false });
        assert_eq!(rewinds.len(), 2);
        assert!(rewinds[0].holds(10.0) && !rewinds[0].holds(7.9));
    }
}
