//! Shrinks a failing fault plan to a minimal plan that still fails. Tries to remove halves, then
//! quarters, and so on down to single lines.

use std::collections::BTreeSet;

use super::plan::Plan;
use super::settings::{ShrinkArgs, length, new_directory, read_plan};
use super::{attempt, write};
use crate::checker::Violation;
use crate::error::LoadError;
use crate::report::Verdict;

/// Shrinks the fault plan in the given file. Writes the result to the same directory, with the
/// extension `.shrunk`.
///
/// # Errors
/// If the plan in the file could not be executed.
pub async fn run(args: &ShrinkArgs) -> Result<Verdict, LoadError> {
    let plan = read_plan(&args.file)?;
    // Every shortened fault plan runs as long as the whole plan, because a violation may need that
    // time to show.
    let seconds = args.settings.seconds.unwrap_or_else(|| length(&plan));
    let whole = wrong_with(args, &plan, seconds).await?;
    if whole.is_empty() {
        println!("held       the plan does not fail; there is nothing to shrink");
        return Ok(Verdict::Held);
    }
    let lines = plan.steps.len();
    let plan = smallest(plan, async |smaller| {
        // A shortened plan may fail only because a repairing operation was removed. Count only
        // kinds of violations that the whole plan also shows.
        let mut fails = false;
        for _ in 0..args.tries {
            fails = match wrong_with(args, smaller, seconds).await {
                Ok(wrong) => !wrong.is_disjoint(&whole),
                Err(error) => {
                    println!("           this part cannot be carried out: {error}");
                    false
                }
            };
            if fails {
                break;
            }
        }
        println!(
            "tried      {} of {lines} lines: {}",
            smaller.steps.len(),
            if fails { "fails still" } else { "holds" }
        );
        fails
    })
    .await;
    let file = args.file.with_extension("shrunk");
    write(&file, &plan.to_string())?;
    let words: Vec<_> = whole.into_iter().collect();
    println!(
        "shrunk     {} of {lines} lines are enough for {}, in {}:\n{plan}",
        plan.steps.len(),
        words.join(", "),
        file.display()
    );
    Ok(Verdict::Broken)
}

/// Removes halves of the fault plan, then quarters and so on, as long as the remaining plan still
/// fails.
async fn smallest(mut plan: Plan, mut fails: impl AsyncFnMut(&Plan) -> bool) -> Plan {
    let mut size = plan.steps.len().div_ceil(2);
    while size > 0 {
        let before = plan.steps.len();
        let mut from = 0;
        while from < plan.steps.len() {
            let smaller = without(&plan, from, size);
            if fails(&smaller).await {
                plan = smaller;
            } else {
                from += size;
            }
        }
        // After a line of the plan is removed, lines that only the removed line needed can be
        // removed too. Try single lines again.
        let again = size == 1 && plan.steps.len() < before;
        size = if again { 1 } else { size / 2 };
    }
    plan
}

fn without(plan: &Plan, from: usize, size: usize) -> Plan {
    let left = plan
        .steps
        .iter()
        .enumerate()
        .filter(|(n, _)| !(from..from + size).contains(n));
    Plan {
        steps: left.map(|(_, step)| step.clone()).collect(),
    }
}

/// Runs a fault plan and returns the kinds of violations that it shows.
async fn wrong_with(
    args: &ShrinkArgs,
    plan: &Plan,
    seconds: u64,
) -> Result<BTreeSet<&'static str>, LoadError> {
    let mut settings = args.settings.clone();
    settings.plan = Some(args.file.clone());
    settings.seconds = Some(seconds);
    let dir = new_directory(&settings)?;
    let findings = Box::pin(attempt(&settings, plan.clone(), &dir)).await?;
    Ok(findings.violations.iter().map(Violation::word).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_left_out_and_the_rest_stays_in_order() {
        let plan: Plan = "1s redis kill9\n2s redis start\n3s gateways roll\n"
            .parse()
            .expect("a plan");
        assert_eq!(
            without(&plan, 1, 1).to_string(),
            "1s redis kill9\n3s gateways roll\n"
        );
        assert_eq!(without(&plan, 0, 5).steps.len(), 0);
    }

    #[tokio::test]
    async fn only_the_lines_that_matter_stay() {
        let mut text: String = (0..23).map(|n| format!("{n}s redis flush\n")).collect();
        text.push_str(
            "30s postgres kill9\n31s postgres start\n40s gateways roll\n41s redis flush\n",
        );
        let plan: Plan = text.parse().expect("a plan");
        let mut tries = 0;
        // This test's plan fails if it contains two certain lines. A plan of four or more lines
        // must also contain a third line to fail.
        let smallest = smallest(plan, async |plan| {
            tries += 1;
            let has = |line: &str| plan.to_string().contains(line);
            has("postgres kill9")
                && has("gateways roll")
                && (has("postgres start") || plan.steps.len() < 4)
        })
        .await;
        assert_eq!(
            smallest.to_string(),
            "30s postgres kill9\n40s gateways roll\n"
        );
        assert!(tries < 40, "{tries} runs");
    }
}
