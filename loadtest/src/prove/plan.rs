//! What is broken and when, one operation a line: `12.5s redis kill9`. Generated, saved, replayed and shrunk as text.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// Networks between clients and each instance; a fault hits tenths of the clients.
pub const LANES: usize = 10;

/// A whole plan.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// In order of time.
    pub steps: Vec<Step>,
}

/// One operation with its time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// From the first send.
    pub at: Duration,
    /// What.
    pub op: Op,
}

/// An operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Op {
    /// On the relay.
    Redis(RedisOp),
    /// On the database.
    Postgres(PostgresOp),
    /// On one instance, counted from 0.
    Gateway(usize, GatewayOp),
    /// All instances, one after the other: drained, stopped, started.
    Roll,
    /// On a share of the clients' networks.
    Clients(Vec<usize>, ClientOp),
    /// A plain SQL transaction that stays open for so many seconds, and then commits.
    Psql(u64),
    /// Every ticket locked by another session for so many seconds, while more requests wait than the pool has connections.
    Locks(u64),
    /// So many clients that connect at once.
    Storm(usize),
    /// The database's disk.
    Disk(DiskOp),
    /// An agent loses their rights by plain SQL, and gets them back some seconds later; on a ticket of their own.
    Agent(AgentOp),
    /// Rows that no honest client writes, on tickets of their own, by plain SQL; others go on beside them.
    Poison,
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name { $($(#[$vdoc])* $variant,)* }
        impl $name {
            /// All words, for the test that a generated plan leaves none out.
            #[cfg(test)]
            pub const WORDS: &[&str] = &[$($word),*];
            const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
            fn parse(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

words! {
    /// What may befall the relay.
    RedisOp {
        /// SIGKILL.
        Kill9 = "kill9",
        /// Started again.
        Start = "start",
        /// SIGSTOP.
        Freeze = "freeze",
        /// SIGCONT.
        Thaw = "thaw",
        /// Every key gone.
        Flush = "flush",
        /// Stopped and started at once.
        Restart = "restart",
        /// Killed and started with so much to load that it refuses to work for some seconds.
        RestartLoading = "restart-loading",
        /// Every subscriber's connection ended.
        KillSubscribers = "kill-subscribers",
        /// A subscriber's buffer so small that Redis cuts it off.
        Overrun = "overrun",
        /// The buffer as it was.
        Relax = "relax",
    }
}
words! {
    /// What may befall the database.
    PostgresOp {
        /// Every backend of the service ended, whatever it was doing.
        Terminate = "terminate",
        /// Fast shutdown and start.
        Restart = "restart",
        /// SIGKILL.
        Kill9 = "kill9",
        /// Started again.
        Start = "start",
        /// SIGSTOP.
        Freeze = "freeze",
        /// SIGCONT.
        Thaw = "thaw",
        /// Every connection of the instances cut on the way.
        Cut = "cut",
        /// 20 ms on every piece of bytes.
        Delay = "delay",
        /// The way as it was.
        Heal = "heal",
        /// Set to take no writes; its sessions stay.
        ReadOnly = "read-only",
        /// As it was.
        ReadWrite = "read-write",
        /// The instances' way leads to the standby, as behind a balancer that is wrong.
        Misdirect = "misdirect",
        /// New connections lead to the primary again, none is cut; the standby ends later.
        Direct = "direct",
        /// A streaming standby, acks waiting for it.
        StandbySync = "standby-sync",
        /// A streaming standby; acks do not wait for it.
        StandbyAsync = "standby-async",
        /// The standby hears nothing more: commits on the primary only, or, where acks wait for it, waiting.
        StandbyDetach = "standby-detach",
        /// The primary killed, the standby promoted, the instances' way switched to it.
        Promote = "promote",
        /// A logical dump, under traffic.
        Dump = "dump",
        /// The server killed, the last dump restored into a new cluster, the instances' way switched to it.
        RestoreElsewhere = "restore-elsewhere",
        /// The database dropped, the last dump restored under its name in the same cluster.
        RestoreHere = "restore-here",
    }
}
words! {
    /// What may befall an instance.
    GatewayOp {
        /// SIGKILL.
        Kill9 = "kill9",
        /// Started again.
        Start = "start",
        /// SIGTERM, drained.
        Stop = "stop",
        /// SIGSTOP.
        Freeze = "freeze",
        /// SIGCONT.
        Thaw = "thaw",
        /// Restarted to die between a commit and its announcement.
        AfterCommit = "failpoint-after-commit",
        /// Restarted to die with a batch in hand.
        InsideBatch = "failpoint-inside-batch",
        /// Restarted to die while a client catches up.
        DuringCatchUp = "failpoint-during-catch-up",
        /// Its way to Redis late by 150 ms.
        RedisDelay = "redis-delay",
        /// Its way to Redis gone.
        RedisUnplug = "redis-unplug",
        /// Its way to Redis as it was.
        RedisHeal = "redis-heal",
        /// No descriptors left for new connections.
        FewDescriptors = "few-descriptors",
        /// As many as before.
        ManyDescriptors = "many-descriptors",
    }
}
words! {
    /// What may befall clients' networks.
    ClientOp {
        /// Connections end.
        Cut = "cut",
        /// Bytes vanish, connections stand.
        HalfOpen = "half-open",
        /// Clients read nothing.
        Freeze = "freeze",
        /// 2 KiB a second.
        Slow = "slow",
        /// As it was.
        Heal = "heal",
    }
}
words! {
    /// What may befall the database's disk.
    DiskOp {
        /// Not a byte left.
        Full = "full",
        /// Room again.
        Free = "free",
    }
}

words! {
    /// How an agent loses their rights for a while.
    AgentOp {
        /// Not of the staff any more.
        RoleTaken = "role-taken",
        /// Blocked, and let in again.
        Blocked = "blocked",
    }
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Redis(op) => write!(f, "redis {}", op.word()),
            Self::Postgres(op) => write!(f, "postgres {}", op.word()),
            Self::Gateway(n, op) => write!(f, "gateway {} {}", n + 1, op.word()),
            Self::Roll => write!(f, "gateways roll"),
            Self::Clients(lanes, op) => {
                write!(
                    f,
                    "clients {}% from {} {}",
                    lanes.len() * 10,
                    lanes.first().copied().unwrap_or(0),
                    op.word()
                )
            }
            Self::Psql(seconds) => write!(f, "psql hold {seconds}"),
            Self::Locks(seconds) => write!(f, "locks hold {seconds}"),
            Self::Storm(clients) => write!(f, "storm {clients}"),
            Self::Disk(op) => write!(f, "disk {}", op.word()),
            Self::Agent(op) => write!(f, "agent {}", op.word()),
            Self::Poison => write!(f, "poison"),
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}s {}", self.at.as_secs_f64(), self.op)
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.steps.iter().try_for_each(|step| writeln!(f, "{step}"))
    }
}

impl FromStr for Plan {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let lines = text
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty() && !line.starts_with('#'));
        let mut steps: Vec<Step> = lines.map(str::parse).collect::<Result<_, _>>()?;
        steps.sort_by_key(|step| step.at);
        Ok(Self { steps })
    }
}

impl FromStr for Step {
    type Err = String;

    fn from_str(line: &str) -> Result<Self, String> {
        let wrong = || format!("{line:?} is no operation");
        let mut words = line.split_whitespace();
        let at = words
            .next()
            .and_then(|word| word.strip_suffix('s'))
            .and_then(|seconds| seconds.parse().ok());
        let at = at
            .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
            .ok_or_else(wrong)?;
        let rest: Vec<&str> = words.collect();
        let op = parse_op(&rest).ok_or_else(wrong)?;
        Ok(Self { at, op })
    }
}

fn parse_op(words: &[&str]) -> Option<Op> {
    Some(match *words {
        ["redis", op] => Op::Redis(RedisOp::parse(op)?),
        ["postgres", op] => Op::Postgres(PostgresOp::parse(op)?),
        ["gateway", n, op] => Op::Gateway(
            n.parse::<usize>().ok()?.checked_sub(1)?,
            GatewayOp::parse(op)?,
        ),
        ["gateways", "roll"] => Op::Roll,
        ["clients", share, op] => Op::Clients(lanes(share, "0")?, ClientOp::parse(op)?),
        ["clients", share, "from", first, op] => {
            Op::Clients(lanes(share, first)?, ClientOp::parse(op)?)
        }
        ["psql", "hold", seconds] => Op::Psql(seconds.parse().ok()?),
        ["locks", "hold", seconds] => Op::Locks(seconds.parse().ok()?),
        ["storm", clients] => Op::Storm(clients.parse().ok()?),
        ["disk", op] => Op::Disk(DiskOp::parse(op)?),
        ["agent", op] => Op::Agent(AgentOp::parse(op)?),
        ["poison"] => Op::Poison,
        _ => return None,
    })
}

fn lanes(share: &str, first: &str) -> Option<Vec<usize>> {
    let percent: usize = share.strip_suffix('%')?.parse().ok()?;
    let first: usize = first.parse().ok()?;
    (1..=100).contains(&percent).then(|| {
        (first..first + (percent / 10).max(1))
            .map(|lane| lane % LANES)
            .collect()
    })
}

impl Plan {
    /// Whether acked messages may be gone afterwards: neither an asynchronous standby that took over nor a restored dump promises more.
    pub fn may_lose(&self) -> bool {
        let mut standby = None;
        self.steps.iter().any(|step| match step.op {
            Op::Postgres(op @ (PostgresOp::StandbySync | PostgresOp::StandbyAsync)) => {
                standby = Some(op);
                false
            }
            Op::Postgres(PostgresOp::Promote) => standby == Some(PostgresOp::StandbyAsync),
            Op::Postgres(PostgresOp::RestoreElsewhere | PostgresOp::RestoreHere) => true,
            _ => false,
        })
    }

    /// Whether the database must lie on a small disk of its own.
    pub fn fills_disk(&self) -> bool {
        self.steps.iter().any(|step| matches!(step.op, Op::Disk(_)))
    }
}

/// Each part with the words of its operations.
#[cfg(test)]
pub fn every_word() -> [(&'static str, &'static [&'static str]); 6] {
    [
        ("redis", RedisOp::WORDS),
        ("postgres", PostgresOp::WORDS),
        ("gateway", GatewayOp::WORDS),
        ("clients", ClientOp::WORDS),
        ("disk", DiskOp::WORDS),
        ("agent", AgentOp::WORDS),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plans_are_read_as_they_are_written() {
        let text = "1.5s redis kill9\n2s gateway 2 failpoint-after-commit\n3s gateways roll\n4s clients 30% from 8 half-open\n5s psql hold 6\n\
                    6s postgres promote\n6.5s postgres misdirect\n6.75s postgres read-only\n7s storm 5000\n8s locks hold 3\n9s disk full\n10s postgres restore-here\n11s poison\n12s agent role-taken\n";
        let plan: Plan = text.parse().expect("a plan");
        assert_eq!(plan.to_string(), text);
        assert_eq!(
            plan.steps[3].op,
            Op::Clients(vec![8, 9, 0], ClientOp::HalfOpen)
        );
        for wrong in [
            "redis kill9",
            "1s redis hug",
            "1s gateway 0 kill9",
            "1s clients 0% cut",
            "s storm 3",
            "1s storm many",
        ] {
            assert!(wrong.parse::<Plan>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn only_an_asynchronous_promotion_and_a_restore_may_lose() {
        let may_lose = |text: &str| text.parse::<Plan>().expect("a plan").may_lose();
        assert!(may_lose("1s postgres standby-async\n2s postgres promote"));
        assert!(!may_lose("1s postgres standby-sync\n2s postgres promote"));
        assert!(!may_lose("1s postgres standby-async\n2s postgres kill9"));
        assert!(
            may_lose("1s postgres dump\n2s postgres restore-here") && !may_lose("1s postgres dump")
        );
    }
}
