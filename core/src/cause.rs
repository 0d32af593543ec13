//! Marks events that background work causes, so that background work which reads the history
//! recognises its own events.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::limits;

/// The member of an event's metadata that contains its [`Cause`].
const MEMBER: &str = "cause";

/// The background work that caused an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cause {
    /// What decided to act: a consumer's name, or the id of a rule.
    rule: String,
    /// Identifies one execution of the rule. All events that it causes have the same id.
    run: Uuid,
    /// Number of executions in the chain that led to the event: 1 if the execution was started by a
    /// person's event, one more than its cause's depth otherwise.
    depth: u32,
}

impl Cause {
    /// The cause for what `rule` does in answer to an event with the cause `of`; `None` if a person
    /// caused that event. `run` is a new id. Returns `None` if the chain would be longer than
    /// [`limits::CAUSE_DEPTH_MAX`], or the rule's name longer than
    /// [`limits::CAUSE_RULE_CHARS_MAX`]: the rule must then not act.
    pub fn following(of: Option<&Self>, rule: &str, run: Uuid) -> Option<Self> {
        let depth = of.map_or(0, |cause| cause.depth).saturating_add(1);
        let fits = depth <= limits::CAUSE_DEPTH_MAX
            && rule.chars().count() <= limits::CAUSE_RULE_CHARS_MAX;
        fits.then(|| Self {
            rule: rule.to_owned(),
            run,
            depth,
        })
    }

    /// Reads the cause from an event's metadata. `None` if no background work caused the event.
    pub fn of_metadata(metadata: &Value) -> Option<Self> {
        Self::deserialize(metadata.get(MEMBER)?).ok()
    }

    /// What decided to act.
    pub fn rule(&self) -> &str {
        &self.rule
    }

    /// Identifies the execution of the rule.
    pub const fn run(&self) -> Uuid {
        self.run
    }

    /// Number of executions in the chain, from 1 to [`limits::CAUSE_DEPTH_MAX`].
    pub const fn depth(&self) -> u32 {
        self.depth
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_chain_of_causes_ends() {
        let mut cause = None;
        for depth in 1..=limits::CAUSE_DEPTH_MAX {
            cause = Cause::following(cause.as_ref(), "escalate", Uuid::from_u128(7));
            assert_eq!(cause.as_ref().map(Cause::depth), Some(depth));
        }
        assert_eq!(
            Cause::following(cause.as_ref(), "escalate", Uuid::from_u128(7)),
            None
        );
        let long = "r".repeat(limits::CAUSE_RULE_CHARS_MAX + 1);
        assert_eq!(Cause::following(None, &long, Uuid::nil()), None);
    }

    #[test]
    fn a_cause_is_read_from_the_metadata_that_contains_it() {
        let cause = Cause::following(None, "escalate", Uuid::from_u128(7)).expect("it fits");
        let metadata = json!({"other": 1, "cause": cause});
        assert_eq!(Cause::of_metadata(&metadata), Some(cause));
        for metadata in [json!({}), json!(null), json!({"cause": {"rule": "a"}})] {
            assert_eq!(Cause::of_metadata(&metadata), None, "{metadata}");
        }
    }
}
