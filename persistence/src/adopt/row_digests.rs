//! Digests of single source rows. They tell which rows the platform has changed since they were
//! stored: only what comes from those may differ on a ticket that was also changed in the desk.

use std::collections::BTreeMap;

use helpline_core::adopt::{Judged, Row, SourceTicket, Table, id_of};
use uuid::Uuid;

use super::Adoption;

/// The key of a ticket's own row.
pub(super) const TICKET: &str = "t";

/// The key of a message's row.
pub(super) fn message(id: Uuid) -> String {
    format!("m{}", id.simple())
}

/// The key of a row of the history.
pub(super) fn activity(id: Uuid) -> String {
    format!("a{}", id.simple())
}

impl Adoption<'_> {
    /// The digests of all rows of a ticket.
    pub(super) fn row_digests(
        &self,
        judged: &Judged,
        raw: &SourceTicket,
    ) -> BTreeMap<String, String> {
        let mut digests = BTreeMap::from([(TICKET.to_owned(), self.digest_of_ticket(&raw.ticket))]);
        for own in &judged.messages {
            if let Some(row) = own.source_row.and_then(|n| raw.messages.get(n)) {
                digests.insert(message(own.id), self.digest_of_message(row));
            }
        }
        if let Some(table) = &self.mapping().activity {
            for row in &raw.activity {
                let digest = self.digest_of_activity(row, table);
                digests.insert(activity(id_of(table, row)), digest);
            }
        }
        digests
    }

    pub(super) fn digest_of_ticket(&self, row: &Row) -> String {
        let assignee = row.uuid(&self.mapping().tickets, "assignee");
        let is_assignable = assignee.is_some_and(|id| self.assignable.contains(&id));
        self.digest(row, is_assignable)
    }

    pub(super) fn digest_of_message(&self, row: &Row) -> String {
        let sender = row.uuid(&self.mapping().messages, "sender");
        self.digest(row, sender.is_some_and(|id| self.staff.contains(&id)))
    }

    pub(super) fn digest_of_activity(&self, row: &Row, table: &Table) -> String {
        let actor = row.uuid(table, "actor");
        self.digest(row, actor.is_some_and(|id| self.staff.contains(&id)))
    }

    /// What a row becomes depends also on the mapping, and on whether its person is staff.
    fn digest(&self, row: &Row, is_staff: bool) -> String {
        row.digest(&format!("{} {is_staff}", self.basis.mapping_digest))
    }
}
