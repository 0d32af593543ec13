//! The scenes of generated plans, each of which breaks something and repairs it, and the rules for
//! playing scenes in parallel.

/// Time to drain, start and wait for two instances. A fault of another scene meanwhile would leave
/// clients nowhere to connect.
const ROLL_S: f64 = 20.0;
/// Time for thousands of clients to connect. All must be served before the next fault.
const STORM_S: f64 = 45.0;
/// Time to copy the database for the standby.
const STANDBY_S: f64 = 10.0;
/// Time to restore a dump, after which every client starts over.
const RESTORE_S: f64 = 7.0;
/// Time in which other tickets are changed after the poisoned rows, and to wait for the changes.
const POISON_S: f64 = 14.0;
/// Nine seconds without rights, and time to be served before and after.
const AGENT_S: f64 = 12.0;

/// A scene's operations, each with its offset in seconds. `$g` stands for an instance, `$n` for a
/// lane.
pub type Scene = &'static [(f64, &'static str)];

/// The scenes of a brief run. A run of about two minutes plays all of them.
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
];

/// Additional scenes of a full run.
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
    &[(0.0, "gateway $g freeze"), (6.0, "gateway $g thaw")],
    &[
        (0.0, "gateway $g kill9"),
        (1.0, "redis kill9"),
        (4.0, "gateway $g start"),
        (6.0, "redis start"),
    ],
    &[(0.0, "postgres kill9"), (2.0, "postgres start")],
    // Longer than an instance waits for a statement.
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
];

/// The database is restored from a dump under traffic. The seed chooses one of these scenes, which
/// is played in the middle of the run: by then, many rows hold transaction ids from before, and the
/// new cluster's counter reaches those ids in the rest of the run.
pub const RESTORES: [Scene; 2] = [
    &[(0.0, "postgres dump"), (3.0, "postgres restore-elsewhere")],
    &[(0.0, "postgres dump"), (3.0, "postgres restore-here")],
];

/// The end of a full run. After each of these scenes, another server is the primary. The first
/// scene ends backends that have committed locally and wait for the standby: a repeated send may be
/// acked only once the standby has it.
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
/// Whether two scenes break the same component and would interfere: a dead Redis cannot be flushed,
/// and a dead instance cannot be frozen.
pub fn clash(one: Scene, other: Scene, instances: usize) -> bool {
    let parts = |scene: Scene| {
        scene.iter().map(|(_, line)| match line.split(' ').next() {
            Some("psql" | "locks") => "postgres",
            word => word.unwrap_or_default(),
        })
    };
    let shared =
        |part: &str| matches!(part, "redis" | "postgres") || part == "gateway" && instances < 2;
    parts(one).any(|part| shared(part) && parts(other).any(|further| further == part))
}

/// Whether a scene may run in parallel with another. Scenes that need the database for themselves,
/// or whose judgement depends on other faults, may not.
pub fn may_mix(scene: &Scene) -> bool {
    let alone = [
        "disk",
        "storm",
        "gateways",
        "poison",
        "agent",
        "postgres dump",
    ];
    !scene
        .iter()
        .any(|(_, line)| alone.iter().any(|word| line.starts_with(word)))
}

/// Seconds from a scene's first operation until its effects are over.
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
        None => 0.0,
    };
    scene
        .iter()
        .map(|(after, line)| after + lasts(line))
        .fold(1.0, f64::max)
}
