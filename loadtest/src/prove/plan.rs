//! A fault plan: which operations happen when. It has one operation per line, such as `12.5s redis
//! kill9`. Plans are generated, saved, replayed and shrunk in this text form.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// Number of network lanes (proxies) between the clients and each instance. Each lane carries a
/// tenth of the clients, and a fault affects only some lanes.
pub const LANES: usize = 10;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// The plan's steps, ordered by time.
    pub steps: Vec<Step>,
}

/// An operation of a plan and its time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Time since the load test run's first message.
    pub at: Duration,
    pub op: Op,
}

/// An operation of a plan: a fault or its repair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Op {
    /// An operation on Redis, which relays events between instances.
    Redis(RedisOp),
    /// An operation on Postgres.
    Postgres(PostgresOp),
    /// An operation on one gateway instance, counted from 0.
    Gateway(usize, GatewayOp),
    /// Drains, stops and restarts all instances, one after the other.
    Roll,
    /// An operation on some of the clients' network lanes (each has the clients behind one proxy).
    Clients(Vec<usize>, ClientOp),
    /// Opens a transaction with plain SQL, and commits it after this many seconds.
    Psql(u64),
    /// Locks all tickets for this many seconds, in a database session that is not the gateway's.
    /// During this time, more requests wait than the gateway's connection pool has connections.
    Locks(u64),
    /// Connects this many additional clients at once.
    Storm(usize),
    /// An operation on the database's disk.
    Disk(DiskOp),
    /// Removes an agent's role, or blocks the agent, by plain SQL. Some seconds later the agent is
    /// given the role again or is unblocked. The agent's ticket is used for nothing else.
    Agent(AgentOp),
    /// Writes rows that no correct client writes ("poison"), by plain SQL, into tickets that are
    /// used for nothing else. Meanwhile, members use other tickets.
    Poison,
    /// Opens a transaction that writes an event, and keeps it open for this many seconds, while
    /// faults happen. If a fault ends the transaction, it is opened again.
    Foreign(u64),
    /// An operation on the receiver of deliveries.
    Receiver(ReceiverOp),
    /// Makes the clock of background work jump.
    Clock(ClockOp),
    /// Restores the database into a clone with a gateway of its own, and confirms it some seconds
    /// later.
    Clone,
    /// Confirms that the present database is production, after a restore.
    Confirm,
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name { $($(#[$vdoc])* $variant,)* }
        impl $name {
            /// The names of all operations in a plan's text. A test checks that generated plans use
            /// each.
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
    /// Operations on Redis, which relays events between instances.
    RedisOp {
        /// Send SIGKILL to Redis.
        Kill9 = "kill9",
        /// Start Redis again.
        Start = "start",
        /// Send SIGSTOP to Redis.
        Freeze = "freeze",
        /// Send SIGCONT to Redis.
        Thaw = "thaw",
        /// Delete every key in Redis.
        Flush = "flush",
        /// Stop Redis and start it at once.
        Restart = "restart",
        /// Kill Redis and restart it with so much data that it answers `LOADING` for some seconds.
        RestartLoading = "restart-loading",
        /// End every subscriber's connection.
        KillSubscribers = "kill-subscribers",
        /// Lower the subscribers' buffer limit so far that Redis disconnects a subscriber.
        Overrun = "overrun",
        /// Restore the subscribers' buffer limit.
        Relax = "relax",
    }
}
words! {
    /// Operations on Postgres.
    PostgresOp {
        /// End every database session of the gateways, even in the middle of a transaction.
        Terminate = "terminate",
        /// Stop Postgres with a fast shutdown, and start it again.
        Restart = "restart",
        /// Send SIGKILL to Postgres.
        Kill9 = "kill9",
        /// Start Postgres again.
        Start = "start",
        /// Send SIGSTOP to Postgres.
        Freeze = "freeze",
        /// Send SIGCONT to Postgres.
        Thaw = "thaw",
        /// Cut every network connection from the instances to Postgres.
        Cut = "cut",
        /// Delay every chunk of bytes to and from Postgres by 20 ms.
        Delay = "delay",
        /// Restore the network to Postgres.
        Heal = "heal",
        /// Make Postgres reject writes; existing database sessions stay open.
        ReadOnly = "read-only",
        /// Make Postgres accept writes again.
        ReadWrite = "read-write",
        /// Connect the instances to the standby, as a misconfigured load balancer would.
        Misdirect = "misdirect",
        /// Connect the instances to the primary again, but cut no existing connection to the
        /// standby. The standby stops when a later operation replaces it, or at the end of the load
        /// test run.
        Direct = "direct",
        /// Start a streaming standby. Commits, and therefore acks, wait for the standby.
        StandbySync = "standby-sync",
        /// Start a streaming standby. Commits and acks do not wait for it.
        StandbyAsync = "standby-async",
        /// Disconnect the standby from its primary, so that commits made afterwards do not reach
        /// the standby. If acks wait for the standby, these commits wait too.
        StandbyDetach = "standby-detach",
        /// Kill the primary, promote the standby and connect the instances to it.
        Promote = "promote",
        /// Take a logical dump while members send messages.
        Dump = "dump",
        /// Kill Postgres, restore the most recent dump into a new cluster and connect the instances
        /// to it.
        RestoreElsewhere = "restore-elsewhere",
        /// Drop the database, and restore the most recent dump in the same cluster under the same
        /// name.
        RestoreHere = "restore-here",
    }
}
words! {
    /// Operations on one gateway instance.
    GatewayOp {
        /// Send SIGKILL to the instance.
        Kill9 = "kill9",
        /// Start the instance again.
        Start = "start",
        /// Send SIGTERM, which makes the instance drain its connections and exit.
        Stop = "stop",
        /// Send SIGSTOP to the instance.
        Freeze = "freeze",
        /// Send SIGCONT to the instance.
        Thaw = "thaw",
        /// Restart the instance with a failpoint: it later crashes after it has committed a message
        /// and before it publishes the message.
        AfterCommit = "failpoint-after-commit",
        /// Restart the instance with a failpoint: it later crashes in the middle of a batch of
        /// messages.
        InsideBatch = "failpoint-inside-batch",
        /// Restart the instance with a failpoint: it later crashes while a client catches up on
        /// missed events.
        DuringCatchUp = "failpoint-during-catch-up",
        /// Kill an instance; start it again, and let it crash when it has received a file and the
        /// database does not know it yet.
        UploadReceived = "failpoint-upload-received",
        /// Delay the instance's network to Redis by 150 ms.
        RedisDelay = "redis-delay",
        /// Disconnect the instance from Redis.
        RedisUnplug = "redis-unplug",
        /// Restore the instance's network to Redis.
        RedisHeal = "redis-heal",
        /// Lower the instance's file descriptor limit until it cannot accept new connections.
        FewDescriptors = "few-descriptors",
        /// Restore the instance's file descriptor limit.
        ManyDescriptors = "many-descriptors",
    }
}
words! {
    /// Operations on the clients' networks.
    ClientOp {
        /// End the clients' connections.
        Cut = "cut",
        /// Discard all bytes and keep the clients' connections open.
        HalfOpen = "half-open",
        /// Stop reading, as if the clients had frozen.
        Freeze = "freeze",
        /// Limit the clients' bandwidth to 2 KiB per second.
        Slow = "slow",
        /// Restore the clients' networks.
        Heal = "heal",
    }
}
words! {
    /// Operations on the database's disk.
    DiskOp {
        /// Fill the database's disk to the last byte.
        Full = "full",
        /// Free the space on the disk again.
        Free = "free",
    }
}

words! {
    /// How an agent temporarily loses access.
    AgentOp {
        /// Remove the agent's staff role, and restore it later.
        RoleTaken = "role-taken",
        /// Block the agent, and unblock the agent later.
        Blocked = "blocked",
    }
}

words! {
    /// Operations on the receiver of deliveries.
    ReceiverOp {
        /// Accept connections, and answer none.
        Freeze = "freeze",
        /// Answer again.
        Thaw = "thaw",
    }
}
words! {
    /// Jumps of the clock of background work.
    ClockOp {
        /// Set the clock forward.
        Forward = "forward",
        /// Set the clock back by the same time.
        Back = "back",
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
            Self::Foreign(seconds) => write!(f, "foreign hold {seconds}"),
            Self::Receiver(op) => write!(f, "receiver {}", op.word()),
            Self::Clock(op) => write!(f, "clock {}", op.word()),
            Self::Clone => write!(f, "clone"),
            Self::Confirm => write!(f, "confirm"),
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
        ["foreign", "hold", seconds] => Op::Foreign(seconds.parse().ok()?),
        ["receiver", op] => Op::Receiver(ReceiverOp::parse(op)?),
        ["clock", op] => Op::Clock(ClockOp::parse(op)?),
        ["clone"] => Op::Clone,
        ["confirm"] => Op::Confirm,
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
    /// Whether the plan may lose acknowledged messages. It may if it promotes an asynchronous
    /// standby or restores a dump.
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

    /// Whether the plan fills the database's disk. If so, the database must be on a separate small
    /// disk.
    pub fn fills_disk(&self) -> bool {
        self.steps.iter().any(|step| matches!(step.op, Op::Disk(_)))
    }
}

/// Each component's name with the names of its operations in a plan's text.
#[cfg(test)]
pub fn every_word() -> [(&'static str, &'static [&'static str]); 8] {
    [
        ("redis", RedisOp::WORDS),
        ("postgres", PostgresOp::WORDS),
        ("gateway", GatewayOp::WORDS),
        ("clients", ClientOp::WORDS),
        ("disk", DiskOp::WORDS),
        ("agent", AgentOp::WORDS),
        ("receiver", ReceiverOp::WORDS),
        ("clock", ClockOp::WORDS),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plans_are_read_as_they_are_written() {
        let text = "1.5s redis kill9\n2s gateway 2 failpoint-after-commit\n3s gateways roll\n4s clients 30% from 8 half-open\n5s psql hold 6\n\
                    6s postgres promote\n6.5s postgres misdirect\n6.75s postgres read-only\n7s storm 5000\n8s locks hold 3\n9s disk full\n10s postgres restore-here\n11s poison\n12s agent role-taken\n\
                    13s foreign hold 60\n14s receiver freeze\n15s clock back\n16s clone\n17s confirm\n";
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
