//! The scenes of generated plans, and the rules for running scenes in parallel. A scene breaks a
//! component and repairs it.

/// Seconds for a rolling restart of two instances. No other planned fault may break an instance in
/// this time, because clients would have nowhere to connect.
const ROLL_S: f64 = 20.0;
/// Seconds for thousands of clients to connect. All of them must be connected before the next
/// fault.
const STORM_S: f64 = 45.0;
/// Seconds for copying the database to a new standby.
const STANDBY_S: f64 = 10.0;
/// Seconds for restoring a dump. Afterwards every client loads its history again.
const RESTORE_S: f64 = 7.0;
/// Seconds for the "poison" scene: it writes undecodable rows, changes other tickets, and waits
/// until clients have received the changes.
const POISON_S: f64 = 14.0;
/// Seconds for the scene in which an agent loses access. The agent has no access for nine seconds.
/// The remaining time is for receiving events before losing access and after regaining it.
const AGENT_S: f64 = 12.0;

/// Seconds for a jump of the clock: the gateways notice it, and work is held for some seconds.
const CLOCK_S: f64 = 11.0;
/// Seconds for dumping the database, starting its clone, and watching the clone.
const CLONE_S: f64 = 16.0;

/// The operations of a scene (a fault and its repair), each with its offset in seconds from the
/// scene's start. In the text, `$g` is replaced by an instance and `$n` by a network lane.
pub type Scene = &'static [(f64, &'static str)];

/// The scenes (faults with their repairs) of a brief run of `prove`, which takes about two minutes.
pub const BRIEF: &[Scene] = &[
    &[
        (0.0, "redis kill9"),
        (1.0, "psql hold 2"),
        (5.0, "redis start"),
    ],
    &[
        (0.0, "gateway $g failpoint-after-commit"),
        (3.0, "gateway $g start"),
    ],
    &[(0.0, "gateway $g kill9"), (3.0, "gateway $g start")],
    &[(0.0, "redis freeze"), (4.0, "redis thaw")],
    &[
        (0.0, "redis kill-subscribers"),
        (1.0, "clients 30% from $n cut"),
    ],
    &[(0.0, "postgres terminate"), (1.0, "postgres terminate")],
    &[(0.0, "postgres restart")],
    &[(0.0, "postgres freeze"), (4.0, "postgres thaw")],
    &[(0.0, "postgres read-only"), (3.0, "postgres read-write")],
    &[(0.0, "agent role-taken"), (0.0, "agent blocked")],
    &[
        (0.0, "clients 20% from $n half-open"),
        (4.0, "clients 20% from $n heal"),
    ],
    &[(0.0, "gateways roll")],
    // The freeze is longer than a gateway waits for an answer.
    &[(0.0, "receiver freeze"), (17.0, "receiver thaw")],
    &[(0.0, "clock forward")],
    &[(0.0, "clone")],
];

/// The scenes (faults with their repairs) that only a full run of `prove` has, in addition to those
/// of a brief run.
pub const FURTHER: &[Scene] = &[
    &[
        (0.0, "redis freeze"),
        (5.0, "psql hold 8"),
        (30.0, "redis thaw"),
    ],
    &[(0.0, "redis flush"), (1.0, "redis restart")],
    &[(0.0, "redis restart-loading"), (6.0, "redis flush")],
    &[(0.0, "redis overrun"), (5.0, "redis relax")],
    &[
        (0.0, "gateway $g redis-delay"),
        (6.0, "gateway $g redis-heal"),
    ],
    &[
        (0.0, "gateway $g redis-unplug"),
        (6.0, "gateway $g redis-heal"),
    ],
    &[
        (0.0, "gateway $g failpoint-inside-batch"),
        (3.0, "gateway $g start"),
    ],
    &[
        (0.0, "gateway $g failpoint-during-catch-up"),
        (3.0, "gateway $g start"),
    ],
    &[
        (0.0, "gateway $g failpoint-upload-received"),
        (4.0, "gateway $g start"),
    ],
    &[(0.0, "gateway $g freeze"), (6.0, "gateway $g thaw")],
    &[
        (0.0, "gateway $g kill9"),
        (1.0, "redis kill9"),
        (4.0, "gateway $g start"),
        (6.0, "redis start"),
    ],
    &[(0.0, "postgres kill9"), (2.0, "postgres start")],
    // The freeze is longer than a gateway waits for a statement.
    &[(0.0, "postgres freeze"), (14.0, "postgres thaw")],
    &[
        (0.0, "postgres standby-async"),
        (STANDBY_S, "postgres misdirect"),
        (STANDBY_S + 4.0, "postgres direct"),
    ],
    &[
        (0.0, "postgres cut"),
        (0.5, "postgres cut"),
        (1.0, "postgres cut"),
    ],
    &[(0.0, "postgres delay"), (6.0, "postgres heal")],
    &[
        (0.0, "clients 30% from $n freeze"),
        (10.0, "clients 30% from $n heal"),
    ],
    &[
        (0.0, "clients 20% from $n slow"),
        (8.0, "clients 20% from $n heal"),
    ],
    &[(0.0, "clients 100% from 0 cut")],
    &[(0.0, "locks hold 5")],
    &[
        (0.0, "gateway $g few-descriptors"),
        (1.0, "clients 50% from $n cut"),
        (7.0, "gateway $g many-descriptors"),
    ],
    &[(0.0, "psql hold 20")],
    &[(0.0, "storm 5000")],
    &[(0.0, "disk full"), (5.0, "disk free")],
    &[(0.0, "poison")],
    &[(0.0, "clock back"), (CLOCK_S, "clock forward")],
];

/// Scenes that restore the database from a dump taken under traffic. The seed chooses one scene,
/// for the middle of the load test run. The restored rows contain transaction ids of the old
/// cluster. If the dump is restored into a new cluster, its id counter reaches these ids later in
/// the run, which tests how gateways handle reused ids.
pub const RESTORES: [Scene; 2] = [
    &[
        (0.0, "postgres dump"),
        (3.0, "postgres restore-elsewhere"),
        (9.0, "confirm"),
    ],
    &[
        (0.0, "postgres dump"),
        (3.0, "postgres restore-here"),
        (9.0, "confirm"),
    ],
];

/// The scenes at the end of a full run. Each of them promotes a standby to primary. The first scene
/// also ends database sessions that have committed locally and still wait for the standby. If a
/// client then repeats its message, the gateway must not acknowledge the message before the standby
/// has stored it.
pub const FAILOVERS: [Scene; 2] = [
    &[
        (0.0, "postgres standby-sync"),
        (STANDBY_S, "postgres standby-detach"),
        (STANDBY_S + 1.5, "postgres terminate"),
        (STANDBY_S + 3.0, "postgres terminate"),
        (STANDBY_S + 4.5, "postgres promote"),
    ],
    &[
        (0.0, "postgres standby-async"),
        (STANDBY_S, "postgres standby-detach"),
        (STANDBY_S + 2.0, "postgres promote"),
    ],
];
/// Whether two scenes (faults with their repairs) break the same component and would interfere. For
/// example, a killed Redis cannot be flushed, and a killed instance cannot be frozen.
pub fn clash(one: Scene, other: Scene, instances: usize) -> bool {
    let parts = |scene: Scene| {
        scene.iter().map(|(_, line)| match line.split(' ').next() {
            Some("psql" | "locks") => "postgres",
            word => word.unwrap_or_default(),
        })
    };
    let shared = |part: &str| {
        matches!(part, "redis" | "postgres" | "receiver") || part == "gateway" && instances < 2
    };
    parts(one).any(|part| shared(part) && parts(other).any(|further| further == part))
}

/// Whether a scene (a fault and its repair) may run in parallel with a second scene. It may not if
/// it needs exclusive use of the database, or if a second fault would make its results meaningless.
pub fn may_mix(scene: &Scene) -> bool {
    let alone = [
        "disk",
        "storm",
        "gateways",
        "poison",
        "agent",
        "postgres dump",
        "clock",
        "clone",
    ];
    !scene
        .iter()
        .any(|(_, line)| alone.iter().any(|word| line.starts_with(word)))
}

/// Seconds from a scene's first operation until the scene's effects are over.
pub fn length(scene: &[(f64, &str)]) -> f64 {
    let lasts = |line: &str| match line
        .strip_prefix("psql hold ")
        .or(line.strip_prefix("locks hold "))
    {
        Some(seconds) => seconds.parse().unwrap_or(0.0),
        None if line == "gateways roll" => ROLL_S,
        None if line.starts_with("storm") => STORM_S,
        None if line == "poison" => POISON_S,
        None if line.starts_with("agent") => AGENT_S,
        None if line.starts_with("postgres restore-") => RESTORE_S,
        None if line.starts_with("clock") => CLOCK_S,
        None if line == "clone" => CLONE_S,
        None => 0.0,
    };
    scene
        .iter()
        .map(|(after, line)| after + lasts(line))
        .fold(1.0, f64::max)
}
