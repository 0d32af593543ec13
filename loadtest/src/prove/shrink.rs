//! The smallest part of a failing plan that still fails: halves are left out, then quarters, down to single lines.

use super::plan::Plan;
use super::{ShrinkArgs, attempt, new_directory, read_plan, write};
use crate::error::LoadError;
use crate::report::Verdict;

/// Shrinks the plan in the file; the result stands beside it as `….shrunk`.
///
/// # Errors
/// When a run could not be carried out.
pub async fn run(args: &ShrinkArgs) -> Result<Verdict, LoadError> {
    let mut plan = read_plan(&args.file)?;
    if !fails(args, &plan).await? {
        println!("held       the plan does not fail; there is nothing to shrink");
        return Ok(Verdict::Held);
    }
    let mut size = plan.steps.len().div_ceil(2);
    while size > 0 {
        let mut from = 0;
        while from < plan.steps.len() {
            let smaller = without(&plan, from, size);
            println!("try        {} of {} lines", smaller.steps.len(), plan.steps.len());
            if fails(args, &smaller).await? {
                plan = smaller;
            } else {
                from += size;
            }
        }
        size /= 2;
    }
    let file = args.file.with_extension("shrunk");
    write(&file, &plan.to_string())?;
    println!("shrunk     {} lines are enough, in {}:\n{plan}", plan.steps.len(), file.display());
    Ok(Verdict::Broken)
}

fn without(plan: &Plan, from: usize, size: usize) -> Plan {
    let left = plan.steps.iter().enumerate().filter(|(n, _)| !(from..from + size).contains(n));
    Plan { steps: left.map(|(_, step)| step.clone()).collect() }
}

async fn fails(args: &ShrinkArgs, plan: &Plan) -> Result<bool, LoadError> {
    let mut settings = args.settings.clone();
    settings.plan = Some(args.file.clone());
    let dir = new_directory(&settings)?;
    let findings = Box::pin(attempt(&settings, plan.clone(), &dir)).await?;
    Ok(!findings.violations.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_left_out_and_the_rest_stays_in_order() {
        let plan: Plan = "1s redis kill9\n2s redis start\n3s gateways roll\n".parse().expect("a plan");
        assert_eq!(without(&plan, 1, 1).to_string(), "1s redis kill9\n3s gateways roll\n");
        assert_eq!(without(&plan, 0, 5).steps.len(), 0);
    }
}
