//! A plan: what to break and when, one operation per line, such as `12.5s redis kill9`. Plans are
//! generated, saved, replayed and shrunk as text.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// Number of network lanes between clients and each instance. A fault hits some lanes, each with a
/// tenth of the clients.
pub const LANES: usize = 10;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// Ordered by time.
    pub steps: Vec<Step>,
}

/// An operation and its time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Time since the first send.
    pub at: Duration,
    pub op: Op,
}

/// An operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Op {
    /// An operation on the relay.
    Redis(RedisOp),
    /// An operation on the database.
    Postgres(PostgresOp),
    /// An operation on one instance, counted from 0.
    Gateway(usize, GatewayOp),
    /// Drains, stops and restarts all instances, one after the other.
    Roll,
    /// An operation on some of the clients' network lanes.
    Clients(Vec<usize>, ClientOp),
    /// Opens a transaction by plain SQL and commits it after this many seconds.
    Psql(u64),
    /// Locks every ticket in another session for this many seconds, while more requests wait than
    /// the pool has connections.
    Locks(u64),
    /// Connects this many clients at once.
    Storm(usize),
    /// An operation on the database's disk.
    Disk(DiskOp),
    /// Takes an agent's rights by plain SQL and restores them some seconds later, on a separate
    /// ticket.
    Agent(AgentOp),
    /// Writes rows that no correct client writes, by plain SQL on separate tickets, while other
    /// tickets stay in use.
    Poison,
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name { $($(#[$vdoc])* $variant,)* }
        impl $name {
            /// All words, for the test that generated plans use every one of them.
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
    /// Operations on the relay.
    RedisOp {
        /// SIGKILL.
        Kill9 = "kill9",
        /// Start again.
        Start = "start",
        /// SIGSTOP.
        Freeze = "freeze",
        /// SIGCONT.
        Thaw = "thaw",
        /// Delete every key.
        Flush = "flush",
        /// Stop and start at once.
        Restart = "restart",
        /// Kill it and restart it with so much data that it answers `LOADING` for some seconds.
        RestartLoading = "restart-loading",
        /// End every subscriber's connection.
        KillSubscribers = "kill-subscribers",
        /// Lower a subscriber's buffer limit so far that Redis disconnects it.
        Overrun = "overrun",
        /// Restore the buffer limit.
        Relax = "relax",
    }
}
words! {
    /// Operations on the database.
    PostgresOp {
        /// End every backend of the service, whatever it is doing.
        Terminate = "terminate",
        /// Fast shutdown, then start.
        Restart = "restart",
        /// SIGKILL.
        Kill9 = "kill9",
        /// Start again.
        Start = "start",
        /// SIGSTOP.
        Freeze = "freeze",
        /// SIGCONT.
        Thaw = "thaw",
        /// Cut every connection of the instances in the network.
        Cut = "cut",
        /// Delay every chunk of bytes by 20 ms.
        Delay = "delay",
        /// Restore the network.
        Heal = "heal",
        /// Reject writes; existing sessions stay open.
        ReadOnly = "read-only",
        /// Accept writes again.
        ReadWrite = "read-write",
        /// Route the instances to the standby, like a misconfigured load balancer.
        Misdirect = "misdirect",
        /// Route new connections to the primary again without cutting any. The standby ends later.
        Direct = "direct",
        /// Start a streaming standby; acks wait for it.
        StandbySync = "standby-sync",
        /// Start a streaming standby; acks do not wait for it.
        StandbyAsync = "standby-async",
        /// Disconnect the standby from its primary. Later commits stay on the primary, or wait if
        /// acks wait for the standby.
        StandbyDetach = "standby-detach",
        /// Kill the primary, promote the standby and route the instances to it.
        Promote = "promote",
        /// Take a logical dump under traffic.
        Dump = "dump",
        /// Kill the server, restore the last dump into a new cluster and route the instances to it.
        RestoreElsewhere = "restore-elsewhere",
        /// Drop the database, and restore the last dump under its name in the same cluster.
        RestoreHere = "restore-here",
    }
}
words! {
    /// Operations on one instance.
    GatewayOp {
        /// SIGKILL.
        Kill9 = "kill9",
        /// Start again.
        Start = "start",
        /// SIGTERM, with drain.
        Stop = "stop",
        /// SIGSTOP.
        Freeze = "freeze",
        /// SIGCONT.
        Thaw = "thaw",
        /// Restart it so that it dies between a commit and its publication.
        AfterCommit = "failpoint-after-commit",
        /// Restart it so that it dies while it holds a batch.
        InsideBatch = "failpoint-inside-batch",
        /// Restart it so that it dies while a client catches up.
        DuringCatchUp = "failpoint-during-catch-up",
        /// Delay its network to Redis by 150 ms.
        RedisDelay = "redis-delay",
        /// Disconnect it from Redis.
        RedisUnplug = "redis-unplug",
        /// Restore its network to Redis.
        RedisHeal = "redis-heal",
        /// Leave no file descriptors for new connections.
        FewDescriptors = "few-descriptors",
        /// Restore the limit of file descriptors.
        ManyDescriptors = "many-descriptors",
    }
}
words! {
    /// Operations on the clients' networks.
    ClientOp {
        /// End the connections.
        Cut = "cut",
        /// Discard bytes and keep the connections open.
        HalfOpen = "half-open",
        /// Stop reading on behalf of the clients.
        Freeze = "freeze",
        /// Limit the bandwidth to 2 KiB per second.
        Slow = "slow",
        /// Restore the networks.
        Heal = "heal",
    }
}
words! {
    /// Operations on the database's disk.
    DiskOp {
        /// Fill the disk to the last byte.
        Full = "full",
        /// Free the space again.
        Free = "free",
    }
}

words! {
    /// How an agent temporarily loses their rights.
    AgentOp {
        /// Take the staff role away and restore it.
        RoleTaken = "role-taken",
        /// Block the agent and unblock them.
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
    /// Whether the plan may lose acked messages: if an asynchronous standby is promoted, or a dump
    /// is restored.
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

    /// Whether the database must be on a separate small disk.
    pub fn fills_disk(&self) -> bool {
        self.steps.iter().any(|step| matches!(step.op, Op::Disk(_)))
    }
}

/// Each component with the words of its operations.
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
