//! Which faults were active in which period of a load test run. The latency targets depend on the
//! active faults.

use super::outcome::{Done, Outcome};
use super::plan::{ClientOp, DiskOp, GatewayOp, LANES, Op, PostgresOp, RedisOp};
use super::poison;

/// Seconds after a fault's end that still belong to the fault's period, because clients reconnect
/// with backoff.
const GRACE_S: f64 = 4.0;

/// A period in which a fault was active.
#[derive(Debug, Clone, PartialEq)]
pub struct Window {
    /// Start of the period, in seconds into the load test run.
    pub from: f64,
    /// End in seconds into the load test run, including [`GRACE_S`] after the fault's end.
    pub to: f64,
    pub kind: Kind,
    /// The affected network lanes (groups of clients); empty for all lanes.
    pub lanes: Vec<usize>,
}

/// The requirement on delivery while a fault is active.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Redis or an instance is down. Events must be delivered within two seconds, by the gateways'
    /// polling of the database.
    Relay,
    /// The database is unavailable, an instance is frozen, or the receiving client's own network is
    /// broken. Delivery has no time limit.
    Away,
    /// A rolling restart. A client may be disconnected for at most one second longer than the delay
    /// that the server's `bye` asked for.
    Roll,
    /// Undecodable rows exist. They must affect only their own tickets, so delivery must be as fast
    /// as without any fault.
    Poison,
}

impl Window {
    /// Whether this time is in the period, and whether the fault affects this network lane.
    pub fn holds(&self, at: f64, lane: usize) -> bool {
        (self.from..=self.to).contains(&at) && (self.lanes.is_empty() || self.lanes.contains(&lane))
    }
}

/// Returns the fault periods of a load test run. A fault period ends after the operation that
/// repairs the fault. A fault without such an operation ends together with the operation that
/// caused it.
pub fn of(log: &[Done]) -> Vec<Window> {
    let mut windows = Vec::new();
    for (n, done) in log.iter().enumerate() {
        if matches!(done.outcome, Outcome::Unplayed(_)) {
            continue;
        }
        let Some((kind, repair)) = fault(&done.op) else {
            continue;
        };
        let mended =
            repair.and_then(|repair| log[n..].iter().find(|later| repair(&done.op, &later.op)));
        let from = if kind == Kind::Away {
            done.at - 0.5
        } else {
            done.at
        };
        let to = mended.map_or(done.until, |later| later.until) + GRACE_S;
        let lanes = match &done.op {
            Op::Clients(lanes, _) if lanes.len() < LANES => lanes.clone(),
            _ => Vec::new(),
        };
        if kind == Kind::Poison {
            // The poison operation (which writes undecodable rows) first locks whole tables to
            // bypass the check constraints, as an administrator's migration does. Until the
            // operation releases the locks, delivery has no time limit.
            let written = (done.until - poison::WATCHED.as_secs_f64()).max(done.at);
            windows.push(Window {
                from: done.at - 0.5,
                to: written,
                kind: Kind::Away,
                lanes: Vec::new(),
            });
            windows.push(Window {
                from: written,
                to,
                kind,
                lanes,
            });
            continue;
        }
        windows.push(Window {
            from,
            to,
            kind,
            lanes,
        });
    }
    windows
}

type Mends = fn(&Op, &Op) -> bool;

fn fault(op: &Op) -> Option<(Kind, Option<Mends>)> {
    use Kind::{Away, Poison, Relay, Roll};
    Some(match op {
        Op::Redis(RedisOp::Kill9 | RedisOp::Freeze | RedisOp::Overrun) => (
            Relay,
            Some(|_, later| {
                matches!(
                    later,
                    Op::Redis(RedisOp::Start | RedisOp::Thaw | RedisOp::Relax)
                )
            }),
        ),
        Op::Redis(
            RedisOp::Flush | RedisOp::Restart | RedisOp::RestartLoading | RedisOp::KillSubscribers,
        ) => (Relay, None),
        Op::Redis(RedisOp::Start | RedisOp::Thaw | RedisOp::Relax) => return None,
        Op::Postgres(PostgresOp::Kill9 | PostgresOp::Freeze | PostgresOp::Delay) => (
            Away,
            Some(|_, later| {
                matches!(
                    later,
                    Op::Postgres(PostgresOp::Start | PostgresOp::Thaw | PostgresOp::Heal)
                )
            }),
        ),
        Op::Postgres(PostgresOp::ReadOnly) => (
            Away,
            Some(|_, later| matches!(later, Op::Postgres(PostgresOp::ReadWrite))),
        ),
        Op::Postgres(PostgresOp::Misdirect) => (
            Away,
            Some(|_, later| matches!(later, Op::Postgres(PostgresOp::Direct))),
        ),
        Op::Postgres(
            PostgresOp::Start
            | PostgresOp::Thaw
            | PostgresOp::Heal
            | PostgresOp::Dump
            | PostgresOp::ReadWrite
            | PostgresOp::Direct,
        ) => return None,
        Op::Postgres(PostgresOp::StandbyDetach) => (
            Away,
            Some(|_, later| matches!(later, Op::Postgres(PostgresOp::Promote))),
        ),
        Op::Postgres(_) => (Away, None),
        Op::Gateway(_, GatewayOp::RedisDelay | GatewayOp::RedisUnplug) => (
            Relay,
            Some(|_, later| matches!(later, Op::Gateway(_, GatewayOp::RedisHeal))),
        ),
        Op::Gateway(_, GatewayOp::Freeze) => (
            Away,
            Some(|_, later| matches!(later, Op::Gateway(_, GatewayOp::Thaw))),
        ),
        // An instance that dies may have committed events without publishing them. The other
        // gateways' polling must deliver these events, as when Redis is down.
        Op::Gateway(
            _,
            GatewayOp::AfterCommit
            | GatewayOp::Kill9
            | GatewayOp::InsideBatch
            | GatewayOp::DuringCatchUp
            | GatewayOp::UploadReceived,
        ) => (
            Relay,
            Some(|_, later| matches!(later, Op::Gateway(_, GatewayOp::Start))),
        ),
        Op::Gateway(..) => return None,
        Op::Roll => (Roll, None),
        Op::Clients(_, ClientOp::HalfOpen | ClientOp::Freeze | ClientOp::Slow) => (
            Away,
            Some(
                |op, later| matches!((op, later), (Op::Clients(hit, _), Op::Clients(healed, ClientOp::Heal)) if hit == healed),
            ),
        ),
        Op::Clients(..) | Op::Psql(_) | Op::Agent(_) => return None,
        Op::Foreign(_) | Op::Receiver(_) | Op::Clock(_) | Op::Clone | Op::Confirm => return None,
        Op::Locks(_) | Op::Storm(_) => (Away, None),
        Op::Disk(DiskOp::Full) => (
            Away,
            Some(|_, later| matches!(later, Op::Disk(DiskOp::Free))),
        ),
        Op::Disk(DiskOp::Free) => return None,
        Op::Poison => (Poison, None),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_lasts_until_it_is_mended() {
        let done = |at: f64, op: &str| Done {
            at,
            until: at + 0.1,
            op: format!("0s {op}")
                .parse::<super::super::plan::Step>()
                .expect("an operation")
                .op,
            outcome: Outcome::Done(String::new()),
        };
        let log = [
            done(1.0, "redis kill9"),
            done(2.0, "clients 10% from 3 half-open"),
            done(7.0, "redis start"),
            done(9.0, "clients 10% from 3 heal"),
        ];
        let windows = of(&log);
        assert_eq!(
            (windows[0].kind, windows[0].from, windows[0].to),
            (Kind::Relay, 1.0, 7.1 + GRACE_S)
        );
        assert!(windows[1].holds(8.0, 3) && !windows[1].holds(8.0, 4));
        assert_eq!(windows.len(), 2);
        // The operation `read-write` ends only the fault `read-only`, and `direct` ends only
        // `misdirect`.
        let log = [
            done(1.0, "postgres read-only"),
            done(2.0, "postgres direct"),
            done(4.0, "postgres read-write"),
            done(11.0, "postgres misdirect"),
            done(12.0, "postgres read-write"),
            done(15.0, "postgres direct"),
        ];
        let ends: Vec<_> = of(&log)
            .iter()
            .map(|window| (window.kind, window.to))
            .collect();
        assert_eq!(
            ends,
            [(Kind::Away, 4.1 + GRACE_S), (Kind::Away, 15.1 + GRACE_S)]
        );
        let written = Done {
            until: 20.0,
            ..done(10.0, "poison")
        };
        let kinds: Vec<_> = of(&[written])
            .iter()
            .map(|window| (window.kind, window.to))
            .collect();
        assert_eq!(kinds, [(Kind::Away, 14.0), (Kind::Poison, 20.0 + GRACE_S)]);
        let unplayed = Done {
            outcome: Outcome::Unplayed("no root".into()),
            ..done(1.0, "disk full")
        };
        assert_eq!(
            of(&[unplayed]),
            [],
            "a fault that was not played excuses nothing"
        );
    }
}
