//! Generates a fault plan from a seed. The plan consists of scenes in random order. Each scene
//! breaks a component and repairs it. Some scenes run in parallel.

use std::time::Duration;

use super::plan::{Op, Plan, Step};
use super::scenes::{BRIEF, FAILOVERS, FURTHER, RESTORES, Scene, clash, length, may_mix};

/// Pause between two scenes, in seconds. Clients need it to reconnect after their backoff and to
/// catch up.
const PAUSE_S: f64 = 3.0;
/// Pause after a database promotion, in seconds. Every client is reset and loads its history again.
const FAILOVER_S: f64 = 16.0;
/// Pause before the end of the plan, in seconds, so that the last scene's effects are repaired
/// within the load test run.
const CALM_S: f64 = 4.0;

/// When a foreign transaction is opened that stays open for [`FOREIGN_SHARE`] of the run.
const FOREIGN_FROM: Duration = Duration::from_secs(1);
const FOREIGN_SHARE: f64 = 0.7;

/// Which faults a generated plan contains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// Only faults whose effects show within a minute.
    Brief,
    /// All faults.
    Full,
}

/// A small pseudo-random generator. A seed gives the same plan on every machine.
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

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for n in (1..items.len()).rev() {
            items.swap(n, self.below(n + 1));
        }
    }
}

/// Minimum duration of a full run with failovers, in seconds. Shorter runs have no failover.
const FAILOVERS_FROM_S: u64 = 120;

/// Generates the fault plan for a seed, a duration and a number of instances.
pub fn plan(seed: u64, seconds: u64, instances: usize, scale: Scale) -> Plan {
    let mut dice = Dice(seed);
    let mut scenes: Vec<Scene> = BRIEF.to_vec();
    if scale == Scale::Full {
        scenes.extend(FURTHER);
    }
    let fails_over = scale == Scale::Full && seconds >= FAILOVERS_FROM_S;
    let tail = if fails_over {
        FAILOVERS
            .iter()
            .map(|scene| length(scene) + FAILOVER_S)
            .sum()
    } else {
        0.0
    };
    let end = seconds as f64 - CALM_S - tail;
    let mut steps = Vec::new();
    let mut at = 2.0;
    // First add every scene (a fault and its repair) once in random order, with a database restore
    // in the middle. Afterwards add the scenes again, in pairs, until the plan is long enough.
    dice.shuffle(&mut scenes);
    scenes.insert(scenes.len() / 2, RESTORES[dice.below(RESTORES.len())]);
    for scene in &scenes {
        if at + length(scene) <= end {
            add_scene(
                scene,
                at,
                Instances {
                    count: instances,
                    taken: None,
                },
                &mut dice,
                &mut steps,
            );
            // Short enough that ten minutes hold every scene.
            at += length(scene) + PAUSE_S + dice.below(10) as f64 / 10.0;
        }
    }
    if scale == Scale::Full {
        mix(&mut scenes, at..end, instances, &mut dice, &mut steps);
    }
    if fails_over {
        let mut at = end + CALM_S;
        let mut failovers = FAILOVERS;
        dice.shuffle(&mut failovers);
        for scene in failovers {
            add_scene(
                scene,
                at,
                Instances {
                    count: instances,
                    taken: None,
                },
                &mut dice,
                &mut steps,
            );
            at += length(scene) + FAILOVER_S;
        }
    }
    steps.push(Step {
        at: FOREIGN_FROM,
        op: Op::Foreign((seconds as f64 * FOREIGN_SHARE) as u64),
    });
    steps.sort_by_key(|step| step.at);
    Plan { steps }
}

/// Adds pairs of parallel scenes (faults with their repairs) until the time range is full.
fn mix(
    scenes: &mut Vec<Scene>,
    time: std::ops::Range<f64>,
    instances: usize,
    dice: &mut Dice,
    steps: &mut Vec<Step>,
) {
    scenes.retain(may_mix);
    let mut at = time.start;
    loop {
        dice.shuffle(scenes);
        for pair in scenes.chunks_exact(2) {
            let longest = length(pair[0]).max(length(pair[1]));
            if at + longest > time.end {
                return;
            }
            let taken = add_scene(
                pair[0],
                at,
                Instances {
                    count: instances,
                    taken: None,
                },
                dice,
                steps,
            );
            if !clash(pair[0], pair[1], instances) {
                add_scene(
                    pair[1],
                    at,
                    Instances {
                        count: instances,
                        taken,
                    },
                    dice,
                    steps,
                );
            }
            at += longest + PAUSE_S + dice.below(20) as f64 / 10.0;
        }
    }
}

/// The gateway instances from which a scene picks one to break.
struct Instances {
    count: usize,
    /// The instance that the other scene of a parallel pair breaks.
    taken: Option<usize>,
}

/// Adds a scene's operations (a fault and its repair) to the fault plan. Returns the instance that
/// the scene breaks, if any.
fn add_scene(
    scene: Scene,
    at: f64,
    instances: Instances,
    dice: &mut Dice,
    steps: &mut Vec<Step>,
) -> Option<usize> {
    let drawn = dice.below(instances.count);
    let gateway = if instances.taken == Some(drawn) {
        (drawn + 1) % instances.count.max(1)
    } else {
        drawn
    };
    let lane = dice.below(super::plan::LANES).to_string();
    for (after, line) in scene {
        let line = line
            .replace("$g", &(gateway + 1).to_string())
            .replace("$n", &lane);
        let millis = ((at + after) * 10.0).round() as u64 * 100;
        let step: Step = format!("0s {line}")
            .parse()
            .expect("scenes are written as plans are read");
        steps.push(Step {
            at: Duration::from_millis(millis),
            ..step
        });
    }
    scene
        .iter()
        .any(|(_, line)| line.contains("$g"))
        .then_some(gateway)
}

#[cfg(test)]
mod tests {
    use super::super::plan::GatewayOp;
    use super::*;

    #[test]
    fn a_seed_has_one_plan_and_another_seed_another() {
        let of = |seed| plan(seed, 600, 2, Scale::Full);
        assert_eq!(of(7), of(7));
        assert_ne!(of(7), of(8));
        let read: Plan = of(7).to_string().parse().expect("a plan");
        assert_eq!(read.to_string(), of(7).to_string());
    }

    /// Whether the fault plan contains a scene (a fault and its repair), with any instance and any
    /// network lane.
    fn is_played(scene: Scene, plan: &Plan) -> bool {
        let played: Vec<String> = plan.steps.iter().map(|step| step.op.to_string()).collect();
        scene.iter().all(|(_, line)| {
            let (before, after) = line
                .split_once("$g")
                .or(line.split_once("$n"))
                .unwrap_or((line, ""));
            played
                .iter()
                .any(|op| op.starts_with(before) && op.ends_with(after))
        })
    }

    #[test]
    fn ten_minutes_hold_every_scene_whatever_the_seed() {
        for seed in 0..500 {
            let plan = plan(seed, 600, 2, Scale::Full);
            for scene in BRIEF.iter().chain(FURTHER).chain(&FAILOVERS) {
                assert!(
                    is_played(scene, &plan),
                    "seed {seed} leaves out {scene:?} in\n{plan}"
                );
            }
            assert_eq!(
                RESTORES
                    .iter()
                    .filter(|scene| is_played(scene, &plan))
                    .count(),
                1,
                "seed {seed} does not have exactly one restore in\n{plan}"
            );
            let last = plan.steps.last().expect("a line");
            assert!(
                last.at.as_secs_f64() + FAILOVER_S <= 600.5,
                "seed {seed} ends with {last}"
            );
        }
    }

    #[test]
    fn the_seed_chooses_how_the_database_comes_back() {
        let played =
            |scene: Scene| (0..20).any(|seed| is_played(scene, &plan(seed, 600, 2, Scale::Full)));
        assert!(RESTORES.into_iter().all(played));
    }

    #[test]
    fn every_operation_is_part_of_a_full_run() {
        // Every operation, including those that repair a component, must be part of a scene. The
        // exceptions are these operations, which occur only in hand-written plans.
        let written_only = ["gateway stop"];
        let lines: Vec<String> = BRIEF
            .iter()
            .chain(FURTHER)
            .chain(&FAILOVERS)
            .chain(&RESTORES)
            .flat_map(|scene| scene.iter().map(|(_, line)| (*line).to_owned()))
            .chain(written_only.map(str::to_owned))
            .collect();
        for (part, words) in super::super::plan::every_word() {
            for word in words {
                let is_there =
                    |line: &String| line.starts_with(part) && line.rsplit(' ').next() == Some(word);
                assert!(lines.iter().any(is_there), "{part} {word} is in no scene");
            }
        }
    }

    #[test]
    fn no_two_scenes_break_the_same_part_at_once() {
        let of = |line: &'static str| -> Scene { Box::leak(Box::new([(0.0, line)])) };
        assert!(
            clash(of("redis flush"), of("redis kill9"), 2)
                && clash(of("psql hold 2"), of("postgres restart"), 2)
        );
        assert!(
            !clash(of("redis flush"), of("postgres restart"), 2)
                && !clash(of("clients 100% cut"), of("clients 100% cut"), 2)
        );
        assert!(
            !clash(of("gateway $g kill9"), of("gateway $g freeze"), 2)
                && clash(of("gateway $g kill9"), of("gateway $g freeze"), 1)
        );
    }

    /// Parallel scenes must use different instances: an instance that is down can be neither frozen
    /// nor killed.
    #[test]
    fn no_fault_hits_an_instance_that_is_down() {
        for (seed, instances) in (0..200).flat_map(|seed| [(seed, 1), (seed, 2), (seed, 3)]) {
            let plan = plan(seed, 600, instances, Scale::Full);
            let mut down = vec![false; instances];
            for step in &plan.steps {
                let Op::Gateway(n, op) = step.op else {
                    continue;
                };
                match op {
                    GatewayOp::Start => down[n] = false,
                    GatewayOp::Kill9 => assert!(
                        !std::mem::replace(&mut down[n], true),
                        "seed {seed}, {instances}: {step} in\n{plan}"
                    ),
                    GatewayOp::Freeze | GatewayOp::FewDescriptors => {
                        assert!(!down[n], "seed {seed}, {instances}: {step} in\n{plan}")
                    }
                    GatewayOp::AfterCommit
                    | GatewayOp::InsideBatch
                    | GatewayOp::DuringCatchUp
                    | GatewayOp::UploadReceived => down[n] = true,
                    _ => {}
                }
            }
        }
    }

    /// `make test` also runs a brief plan as an ordinary user, so its operations must not need
    /// root.
    #[test]
    fn a_brief_plan_needs_no_privilege() {
        for seed in 0..200 {
            let plan = plan(seed, super::super::settings::SECONDS_BRIEF, 2, Scale::Brief);
            let needs_more = |step: &&Step| {
                matches!(
                    step.op,
                    Op::Disk(_) | Op::Gateway(_, GatewayOp::FewDescriptors)
                )
            };
            assert_eq!(plan.steps.iter().find(needs_more), None, "seed {seed}");
        }
    }

    #[test]
    fn a_brief_plan_fits_its_time() {
        for seed in 0..200 {
            let plan = plan(seed, super::super::settings::SECONDS_BRIEF, 2, Scale::Brief);
            assert!(
                BRIEF.iter().all(|scene| is_played(scene, &plan)),
                "seed {seed}:\n{plan}"
            );
            assert!(
                RESTORES.iter().any(|scene| is_played(scene, &plan)),
                "seed {seed}:\n{plan}"
            );
        }
    }
}
