//! How the operations of a fault plan ended: done, failed or not executed.

use std::fmt;

use super::plan::Op;
use crate::checker::Violation;
use crate::error::LoadError;

/// An operation of a fault plan that was executed or skipped.
#[derive(Debug, Clone)]
pub struct Done {
    /// Start of the operation, in seconds into the load test run.
    pub at: f64,
    /// End of the operation, in seconds into the load test run.
    pub until: f64,
    pub op: Op,
    pub outcome: Outcome,
}

impl Done {
    /// Returns a violation if the operation failed or was not executed: a fault that did not happen
    /// proves nothing. With `allow_unplayed`, an operation that was not executed is no violation.
    pub fn violation(&self, allow_unplayed: bool) -> Option<Violation> {
        match &self.outcome {
            Outcome::Done(_) => None,
            Outcome::Failed(why) => Some(Violation::Stuck(format!("{}: {why}", self.op))),
            Outcome::Unplayed(_) if allow_unplayed => None,
            Outcome::Unplayed(why) => Some(Violation::Unplayed(format!(
                "{} at {:.1} s: {why}",
                self.op, self.at
            ))),
        }
    }
}

/// How an operation ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The operation was executed. The string is a remark about it, and may be empty.
    Done(String),
    /// The operation was attempted and failed, for this reason.
    Failed(String),
    /// The operation was not attempted, because the machine or the plan lacks this requirement.
    Unplayed(String),
}

impl Outcome {
    /// Converts an operation's result to its outcome.
    pub(super) fn of(result: Result<String, LoadError>) -> Self {
        match result {
            Ok(remark) => Self::Done(remark),
            Err(LoadError::Unplayed(why)) => Self::Unplayed(why),
            Err(error) => Self::Failed(told(&error)),
        }
    }

    /// Whether the operation was executed successfully.
    pub const fn is_done(&self) -> bool {
        matches!(self, Self::Done(_))
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Done(remark) => f.write_str(remark),
            Self::Failed(why) => write!(f, "FAILED: {why}"),
            Self::Unplayed(why) => write!(f, "NOT PLAYED: {why}"),
        }
    }
}

fn told(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_that_was_not_played_is_a_violation_unless_it_is_allowed() {
        let word = |result: Result<String, LoadError>, allow_unplayed| {
            let done = Done {
                at: 1.0,
                until: 2.0,
                op: Op::Roll,
                outcome: Outcome::of(result),
            };
            done.violation(allow_unplayed)
                .map(|violation| violation.word())
        };
        assert_eq!(word(Ok("exit codes".into()), false), None);
        assert_eq!(
            word(Err(LoadError::unplayed("no root")), false),
            Some("unplayed")
        );
        assert_eq!(word(Err(LoadError::unplayed("no root")), true), None);
        assert_eq!(
            word(Err(LoadError::Usage("no such instance")), true),
            Some("stuck"),
            "a failed fault is always a violation"
        );
    }
}
