//! What several routes read from their bodies and queries.

use helpline_core::body::Body;
use helpline_core::ids::UserId;
use helpline_core::policy::TicketAction;
use helpline_core::protocol::TicketPatch;
use helpline_core::reject::RejectCode;
use helpline_persistence::tickets::{Assignee, Patch};

use crate::http::problem::Refusal;
use crate::services::tickets::actions_of;

/// What a `TicketPatch` asks for.
pub(super) struct Change {
    pub(super) patch: Patch,
}

impl Change {
    /// Takes a patch as this person wrote it.
    ///
    /// # Errors
    /// When `assigned_to` is not valid.
    pub(super) fn parse(patch: &TicketPatch, me: UserId) -> Result<Self, Refusal> {
        let assigned_to = patch
            .assigned_to
            .as_deref()
            .map(|word| parse_assignee(word, me))
            .transpose()?;
        Ok(Self {
            patch: Patch {
                status: patch.status,
                priority: patch.priority,
                category: patch.category,
                assigned_to,
            },
        })
    }

    /// What the policy is asked for.
    pub(super) fn actions(&self) -> impl Iterator<Item = TicketAction> {
        actions_of(&self.patch)
    }

    /// Whether no field is given.
    pub(super) fn is_nothing(&self) -> bool {
        self.patch == Patch::default()
    }
}

/// `me`, `nobody`, or a person's id.
pub(super) fn parse_assignee(word: &str, me: UserId) -> Result<Assignee, Refusal> {
    match word {
        "me" => Ok(Assignee::Agent(me)),
        "nobody" => Ok(Assignee::Unassigned),
        id => id.parse().map(Assignee::Agent).map_err(|_| {
            Refusal::new(
                RejectCode::InvalidField,
                "assigned_to: must be an id, me or nobody",
            )
        }),
    }
}

/// Takes a message's text, or names the field that holds a bad one.
pub(super) fn parse_body(field: &str, text: String) -> Result<Body, Refusal> {
    Body::parse(text)
        .map_err(|error| Refusal::new(RejectCode::InvalidBody, format!("{field}: {error}")))
}
