//! Adds newer rows of the platform to tickets that were changed in the desk.

use std::collections::{BTreeMap, BTreeSet};

use helpline_core::adopt::{Finding, Judged, JudgedEvent, Original, SourceTicket, told};
use serde_json::json;
use uuid::Uuid;

use super::copy::{json, long_of, with_digest};
use super::verify::{Check, Stored};
use super::{Adoption, row_digests};
use crate::{StoreError, rows};

const APPEND: &str = include_str!("../../sql/adopt/append.sql");
const STORED_IDS: &str = include_str!("../../sql/adopt/stored_ids.sql");
const ADD_ROW_DIGESTS: &str = include_str!("../../sql/adopt/add_row_digests.sql");

/// Why an appended event is hidden (`adopted.hidden` in its metadata): the ticket was given to another
/// person; or its message has an event already.
pub(super) const OWNER_CHANGED: &str = "owner_changed";
const TOLD_BEFORE: &str = "told_before";

impl Adoption<'_> {
    /// Appends the rows that a ticket does not have yet, behind what happened here, and lists what the
    /// platform has changed in it otherwise. Returns what must be copied one by one.
    pub(super) async fn append(
        &mut self,
        (mut ticket, raw): (Judged, &SourceTicket),
        digest: &str,
        people: &str,
        here: &Stored,
    ) -> Result<Vec<Original>, StoreError> {
        let id = ticket.ticket.id;
        let mut check = Check::new(self, &ticket, raw, Some(here), digest);
        check.ticket();
        let is_held = check.is_held();
        let mut changes = check.findings;
        changes.retain(|finding| finding.rule != "changed_here");
        if is_held {
            let number = &ticket.ticket.ticket_number;
            changes.push(Finding::new(
                ("held_here", ""),
                number,
                id,
                "",
                "not replaced",
            ));
        }
        let mut digests = self.row_digests(&ticket, raw);
        let sql = self.names.render(STORED_IDS);
        let mut stored = BTreeSet::new();
        for row in self.client.query(&sql, &[&id]).await? {
            stored.extend(rows::get::<Option<Uuid>>(&row, 0)?);
        }
        retain_new(&mut ticket, &stored);
        if here.owner() != Some(ticket.ticket.user_id) {
            hide(&mut ticket, &mut changes);
        }
        let mut public = 0;
        for (event, seq) in ticket.events.iter_mut().zip(1..) {
            event.seq = seq;
            if event.public_seq.is_some() {
                public += 1;
                event.public_seq = Some(public);
            }
        }
        ticket.positions.clear();
        let new = ticket.messages.iter().map(|message| message.id);
        let rows: BTreeSet<Uuid> = told(&ticket.events).into_iter().chain(new).collect();
        ticket
            .originals
            .retain(|original| rows.contains(&original.row_id));
        self.report.find(changes)?;
        let is_new =
            |finding: &&Finding| rows.contains(&finding.row) || finding.rule == "deleted_there";
        self.report
            .find(ticket.findings.iter().filter(is_new).cloned())?;
        let number = ticket.ticket.ticket_number.clone();
        self.report.find(rows.iter().map(|row| {
            let became = "behind what happened in this desk";
            Finding::new(("appended_behind", ""), &number, *row, "", became)
        }))?;
        self.report.appended += 1;
        let text = json(&with_digest(&ticket, digest, &BTreeMap::new())?)?;
        self.client
            .query(&self.names.render(APPEND), &[&people, &text])
            .await?;
        let keys: BTreeSet<String> = rows
            .iter()
            .flat_map(|row| [row_digests::message(*row), row_digests::activity(*row)])
            .collect();
        digests.retain(|key, _| keys.contains(key));
        let sql = self.names.render(ADD_ROW_DIGESTS);
        self.client.execute(&sql, &[&id, &json(&digests)?]).await?;
        Ok(long_of(&ticket))
    }
}

/// Leaves only the rows that are not stored.
fn retain_new(ticket: &mut Judged, stored: &BTreeSet<Uuid>) {
    ticket
        .messages
        .retain(|message| !stored.contains(&message.id));
    let new: BTreeSet<Uuid> = ticket.messages.iter().map(|message| message.id).collect();
    let has_row = |event: &JudgedEvent| {
        let source = told(std::slice::from_ref(event));
        source.first().map(|row| stored.contains(row))
    };
    let has_new_message = |event: &JudgedEvent| {
        event
            .message_id
            .is_some_and(|message| new.contains(&message))
    };
    ticket
        .events
        .retain(|event| has_new_message(event) || has_row(event) == Some(false));
    for event in &mut ticket.events {
        // The row came before its message, and is here without it.
        if has_row(event) == Some(true) {
            event.metadata = json!({"adopted": {"synthesized": true}});
        }
        // The row of a message that is here already, with an event of its own.
        if event
            .message_id
            .is_some_and(|message| !new.contains(&message))
        {
            event.kind = "logged";
            event.public_seq = None;
            event.message_id = None;
            event.metadata["adopted"]["hidden"] = json!(TOLD_BEFORE);
        }
    }
}

/// The platform has given the ticket to another person, and people have worked on it here. It stays
/// the former owner's, who must not read what comes now, and the new owner must not read what was
/// written here. So the new rows are for staff only.
fn hide(ticket: &mut Judged, findings: &mut Vec<Finding>) {
    let number = ticket.ticket.ticket_number.clone();
    for message in &mut ticket.messages {
        if message.is_internal {
            continue;
        }
        message.is_internal = true;
        if message.sender_type == "customer" {
            message.customer = message.sender_id.take();
            message.sender_type = "system";
        }
        let rule = ("owner_changed_hidden", "is_internal");
        findings.push(Finding::new(rule, &number, message.id, "false", "true"));
    }
    for event in &mut ticket.events {
        let message = ticket.messages.iter();
        let mut message = message.filter(|message| Some(message.id) == event.message_id);
        event.public_seq = None;
        event.metadata["adopted"]["hidden"] = json!(OWNER_CHANGED);
        (event.public_old_value, event.public_new_value) = (None, None);
        if let Some(message) = message.next() {
            event.kind = "internal_note_added";
            if let Some(customer) = message.customer {
                event.metadata["adopted"]["customer"] = json!(customer);
            }
        } else {
            event.kind = "logged";
        }
    }
}
