//! A plan from a seed: scenes, each breaking something and mending it, in a shuffled order, some of them at once.

use std::time::Duration;

use super::plan::{Plan, Step};

/// Between the beginnings of two scenes that do not overlap.
const PAUSE_S: f64 = 3.0;
/// Two instances drained, started and waited for: a fault of another scene in between would leave clients nowhere to go.
const ROLL_S: f64 = 20.0;
/// Calm before the end, so that what the last scene broke is mended within the run.
const CALM_S: f64 = 4.0;

/// How much is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// What shows in a minute.
    Brief,
    /// Everything.
    Full,
}

/// Small, known and the same on every machine: a plan belongs to its seed for good.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.roll() % n.max(1) as u64) as usize
    }
}

/// A scene's lines, each with seconds from the scene's beginning; `$g` one instance, `$h` another, `$n` a lane.
type Scene = &'static [(f64, &'static str)];

/// What a minute has room for, all of it.
const BRIEF: &[Scene] = &[
    &[(0.0, "redis kill9"), (1.0, "psql hold 2"), (5.0, "redis start")],
    &[(0.0, "gateway $g failpoint-after-commit"), (3.0, "gateway $g start")],
    &[(0.0, "gateway $g kill9"), (3.0, "gateway $g start")],
    &[(0.0, "redis freeze"), (4.0, "redis thaw")],
    &[(0.0, "redis kill-subscribers"), (1.0, "clients 30% from $n cut")],
    &[(0.0, "postgres terminate"), (1.0, "postgres terminate")],
    &[(0.0, "postgres restart")],
    &[(0.0, "clients 20% from $n half-open"), (4.0, "clients 20% from $n heal")],
    &[(0.0, "gateways roll")],
];

/// What a run of ten minutes has besides. The standby comes last: the record is another one afterwards.
const FURTHER: &[Scene] = &[
    &[(0.0, "redis freeze"), (5.0, "psql hold 8"), (30.0, "redis thaw")],
    &[(0.0, "redis flush"), (1.0, "redis restart")],
    &[(0.0, "redis overrun"), (5.0, "redis relax")],
    &[(0.0, "gateway $g redis-delay"), (6.0, "gateway $g redis-heal")],
    &[(0.0, "gateway $g redis-unplug"), (6.0, "gateway $g redis-heal")],
    &[(0.0, "gateway $g failpoint-inside-batch"), (3.0, "gateway $g start")],
    &[(0.0, "gateway $g failpoint-during-catch-up"), (3.0, "gateway $g start")],
    &[(0.0, "gateway $g freeze"), (6.0, "gateway $g thaw")],
    &[(0.0, "gateway $g kill9"), (1.0, "redis kill9"), (4.0, "gateway $g start"), (6.0, "redis start")],
    &[(0.0, "postgres kill9"), (2.0, "postgres start")],
    &[(0.0, "postgres freeze"), (4.0, "postgres thaw")],
    &[(0.0, "postgres cut"), (0.5, "postgres cut"), (1.0, "postgres cut")],
    &[(0.0, "postgres delay"), (6.0, "postgres heal")],
    &[(0.0, "clients 30% from $n freeze"), (10.0, "clients 30% from $n heal")],
    &[(0.0, "clients 20% from $n slow"), (8.0, "clients 20% from $n heal")],
    &[(0.0, "clients 100% cut")],
    &[(0.0, "locks hold 5")],
    &[(0.0, "gateway $g few-descriptors"), (1.0, "clients 50% from $n cut"), (7.0, "gateway $g many-descriptors")],
    &[(0.0, "psql hold 20")],
    &[(0.0, "storm 5000")],
    &[(0.0, "disk full"), (5.0, "disk free")],
];

/// The end of a full run.
const FAILOVER: Scene = &[(0.0, "postgres standby-sync"), (12.0, "postgres promote")];

/// The plan of this seed for so many seconds and instances.
pub fn plan(seed: u64, seconds: u64, instances: usize, scale: Scale) -> Plan {
    let mut dice = Dice(seed);
    let mut scenes: Vec<Scene> = BRIEF.to_vec();
    if scale == Scale::Full {
        scenes.extend(FURTHER);
    }
    let tail = if scale == Scale::Full && seconds >= 120 { length(FAILOVER) + 25.0 } else { 0.0 };
    let end = seconds as f64 - CALM_S - tail;
    let mut steps = Vec::new();
    let mut at = 2.0;
    let mut round = 0;
    // All of them once, shuffled; then again, two at a time, until the time is over.
    'run: loop {
        for n in (1..scenes.len()).rev() {
            scenes.swap(n, dice.below(n + 1));
        }
        let together = if round == 0 { 1 } else { 2 };
        for some in scenes.chunks(together) {
            let longest = some.iter().map(|scene| length(scene)).fold(0.0, f64::max);
            if at + longest > end {
                if round > 0 {
                    break 'run;
                }
                continue;
            }
            for scene in some.iter().filter(|scene| round == 0 || may_mix(scene)) {
                stage(scene, at, instances, &mut dice, &mut steps);
            }
            at += longest + PAUSE_S + dice.below(20) as f64 / 10.0;
        }
        round += 1;
        if scale == Scale::Brief {
            break;
        }
    }
    if tail > 0.0 {
        stage(FAILOVER, seconds as f64 - tail, instances, &mut dice, &mut steps);
    }
    steps.sort_by_key(|step| step.at);
    Plan { steps }
}

/// Scenes that need the record for themselves are played alone.
fn may_mix(scene: &Scene) -> bool {
    !scene.iter().any(|(_, line)| line.starts_with("disk") || line.starts_with("storm") || line.starts_with("gateways"))
}

fn length(scene: &[(f64, &str)]) -> f64 {
    let lasts = |line: &str| match line.strip_prefix("psql hold ").or(line.strip_prefix("locks hold ")) {
        Some(seconds) => seconds.parse().unwrap_or(0.0),
        None if line == "gateways roll" => ROLL_S,
        None => 0.0,
    };
    scene.iter().map(|(after, line)| after + lasts(line)).fold(1.0, f64::max)
}

fn stage(scene: Scene, at: f64, instances: usize, dice: &mut Dice, steps: &mut Vec<Step>) {
    let gateway = (dice.below(instances) + 1).to_string();
    let lane = dice.below(super::plan::LANES).to_string();
    for (after, line) in scene {
        let line = line.replace("$g", &gateway).replace("$n", &lane);
        let millis = ((at + after) * 10.0).round() as u64 * 100;
        let step: Step = format!("0s {line}").parse().expect("scenes are written as plans are read");
        steps.push(Step { at: Duration::from_millis(millis), ..step });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_has_one_plan_and_another_seed_another() {
        let of = |seed| plan(seed, 600, 2, Scale::Full);
        assert_eq!(of(7), of(7));
        assert_ne!(of(7), of(8));
        let read: Plan = of(7).to_string().parse().expect("a plan");
        assert_eq!(read.to_string(), of(7).to_string());
    }

    #[test]
    fn ten_minutes_hold_every_scene() {
        let text = plan(3, 600, 2, Scale::Full).to_string();
        for (_, line) in BRIEF.iter().chain(FURTHER).chain(&[FAILOVER]).flat_map(|scene| scene.iter()) {
            let word = line.rsplit(' ').next().expect("a word");
            assert!(text.contains(word), "{line} is missing in {text}");
        }
    }
}
