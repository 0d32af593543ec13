//! Compares one ticket with its source row.

use std::collections::BTreeSet;

use helpline_core::adopt::{Finding, Judged, SourceTicket, plain_number};
use helpline_core::history::Kind;
use serde_json::Value;
use uuid::Uuid;

use super::here::Here;
use super::{Stored, micros, text};
use crate::adopt::{Adoption, Difference, has_suffix, row_digests};
use helpline_core::adopt::time_of;

/// Which row is being compared.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Compared {
    pub is_ticket: bool,
    /// Whether the platform has changed it since it was stored.
    pub is_changed_there: bool,
}

/// The comparison of one ticket.
pub(in crate::adopt) struct Check<'a> {
    pub(super) adoption: &'a Adoption<'a>,
    pub(super) judged: &'a Judged,
    pub(super) raw: &'a SourceTicket,
    stored: Option<&'a Stored>,
    /// The digest of the source's rows.
    digest: &'a str,
    /// The fields that are listed, with their rows.
    listed: BTreeSet<(Uuid, &'static str)>,
    pub(super) here: Here,
    pub(super) is_unchanged_there: bool,
    /// The row that is being compared.
    pub(super) row: Compared,
    pub(in crate::adopt) differences: Vec<Difference>,
    /// What was changed on both sides.
    pub(in crate::adopt) findings: Vec<Finding>,
}

impl<'a> Check<'a> {
    pub(in crate::adopt) fn new(
        adoption: &'a Adoption<'a>,
        judged: &'a Judged,
        raw: &'a SourceTicket,
        stored: Option<&'a Stored>,
        digest: &'a str,
    ) -> Self {
        let listed = judged.findings.iter().filter(|own| !own.field.is_empty());
        Self {
            adoption,
            judged,
            raw,
            stored,
            digest,
            listed: listed.map(|own| (own.row, own.field)).collect(),
            here: stored.map(Here::of).unwrap_or_default(),
            is_unchanged_there: stored
                .is_some_and(|stored| stored.of_ticket("written_digest") == digest),
            row: Compared::default(),
            differences: Vec::new(),
            findings: Vec::new(),
        }
    }

    /// Whether only a legal hold kept the ticket from being replaced.
    pub(in crate::adopt) fn is_held(&self) -> bool {
        self.here.is_held && !self.here.is_touched
    }

    /// Whether the platform has changed a row since it was stored.
    pub(super) fn is_row_changed(&self, key: &str, digest: &str) -> bool {
        let known = self.stored.map(|own| &own.of_ticket("row_digests")[key]);
        known
            .and_then(Value::as_str)
            .is_some_and(|own| own != digest)
    }

    /// Whether the platform has given the ticket to another person, and it stays the former owner's.
    pub(super) fn is_given_away(&self) -> bool {
        let owner = self.stored.and_then(Stored::owner);
        owner != Some(self.judged.ticket.user_id)
    }

    /// Why a field of the row may differ that no finding of the rules lists.
    fn excuse(&self, field: &str, is_changed_here: bool) -> Option<&'static str> {
        let here = &self.here;
        let (is_touched, is_held) = (here.is_touched, here.is_held);
        if is_changed_here {
            return Some("changed_here");
        }
        if self.is_unchanged_there || !(is_touched || is_held) {
            return None;
        }
        // On whose side a person is follows from who the owner is.
        if self.is_given_away() && matches!(field, "sender" | "sender_type" | "type") {
            return Some("changed_there");
        }
        // Whether customers see a message, and whose it seems to be, is never left as it is.
        if !self.row.is_changed_there || matches!(field, "is_internal" | "sender_type") {
            return None;
        }
        if is_touched {
            return Some("changed_there");
        }
        (is_held && self.row.is_ticket).then_some("held_here")
    }

    pub(super) fn differ(
        &mut self,
        check: &'static str,
        row: Uuid,
        source: Option<&str>,
        adopted: Option<&str>,
    ) {
        let short = |value: Option<&str>| value.unwrap_or("null").chars().take(200).collect();
        self.differences.push(Difference {
            check,
            ticket: self.judged.ticket.ticket_number.clone(),
            row: row.to_string(),
            source: short(source),
            adopted: short(adopted),
        });
    }

    pub(super) fn is_listed(&self, row: Uuid, field: &'static str) -> bool {
        self.listed.contains(&(row, field))
    }

    /// Compares a field, unless a finding lists it. `is_changed_here`: the desk's own events tell that
    /// it was changed here.
    pub(super) fn same(
        &mut self,
        field: &'static str,
        row: Uuid,
        is_changed_here: bool,
        source: Option<&str>,
        adopted: Option<&str>,
    ) {
        if source == adopted || self.is_listed(row, field) {
            return;
        }
        match self.excuse(field, is_changed_here) {
            Some(rule) => self.find((rule, field), row, source, adopted),
            None => self.differ(field, row, source, adopted),
        }
    }

    /// Lists a field that differs.
    pub(super) fn find(
        &mut self,
        rule: (&'static str, &'static str),
        row: Uuid,
        source: Option<&str>,
        adopted: Option<&str>,
    ) {
        let number = &self.judged.ticket.ticket_number;
        let (was, became) = (source.unwrap_or("null"), adopted.unwrap_or("null"));
        self.findings
            .push(Finding::new(rule, number, row, was, became));
    }

    pub(in crate::adopt) fn ticket(&mut self) {
        let id = self.judged.ticket.id;
        let Some((stored, ticket)) = self
            .stored
            .and_then(|stored| Some((stored, stored.ticket.as_ref()?)))
        else {
            self.differ("ticket_missing", id, Some(&id.to_string()), None);
            return;
        };
        if ticket["digest"] != self.digest {
            let own = text(&ticket["digest"]);
            let digest = self.digest;
            self.differ("not_followed", id, Some(digest), own.as_deref());
        }
        self.row.is_ticket = true;
        if !self.is_unchanged_there {
            let own = self.adoption.digest_of_ticket(&self.raw.ticket);
            self.row.is_changed_there = self.is_row_changed(row_digests::TICKET, &own);
        }
        self.number(ticket);
        self.fields(ticket);
        self.times(ticket);
        self.numbering(stored, ticket);
        self.messages(stored);
        self.activity(stored);
        if self.is_unchanged_there {
            self.whole(stored, ticket);
        }
    }

    /// The number is the source's, or one with a suffix because another ticket has it.
    fn number(&mut self, ticket: &Value) {
        let id = self.judged.ticket.id;
        let table = &self.adoption.mapping().tickets;
        let number = self.raw.ticket.text(table, "number").unwrap_or_default();
        let (plain, _) = plain_number(&number, id);
        let own = text(&ticket["ticket_number"]).unwrap_or_default();
        if own != plain && !(has_suffix(&own, &plain) && self.adoption.taken.contains(&plain)) {
            match self.excuse("number", false) {
                Some(rule) => self.find((rule, "number"), id, Some(&number), Some(&own)),
                None => self.differ("number", id, Some(&number), Some(&own)),
            }
        }
    }

    fn fields(&mut self, ticket: &Value) {
        let id = self.judged.ticket.id;
        let mapping = self.adoption.mapping();
        let (row, table) = (&self.raw.ticket, &mapping.tickets);
        let changed = |check: &Self, field| check.here.fields.contains(field);
        let owner = row.uuid(table, "owner").map(|id| id.to_string());
        let own = text(&ticket["user_id"]);
        self.same("owner", id, false, owner.as_deref(), own.as_deref());
        for field in ["status", "priority", "category"] {
            if table.columns.contains_key(field) {
                let was = row
                    .text(table, field)
                    .map(|word| mapping.word(field, &word));
                let own = text(&ticket[field]);
                let is_here = changed(self, field);
                self.same(field, id, is_here, was.as_deref(), own.as_deref());
            }
        }
        let assignee = row.text(table, "assignee");
        let assignee = assignee.map(|own| own.to_lowercase());
        let rating = row
            .stars(table, "rating")
            .map(|stars| stars.to_string())
            .or_else(|| row.text(table, "rating"));
        let comment = row.text(table, "feedback").filter(|text| !text.is_empty());
        let address = row.address(table, "ip_address");
        let address = address.or_else(|| row.text(table, "ip_address"));
        for (field, was, column) in [
            ("assignee", assignee, "assigned_to"),
            ("rating", rating, "satisfaction_rating"),
            ("feedback", comment, "satisfaction_comment"),
            ("user_agent", row.text(table, "user_agent"), "user_agent"),
            ("ip_address", address, "ip_address"),
        ] {
            let own = text(&ticket[column]);
            let is_here = changed(self, field);
            self.same(field, id, is_here, was.as_deref(), own.as_deref());
        }
        if table.columns.contains_key("subject") {
            let subject = row.text(table, "subject");
            let own = text(&ticket["subject"]);
            let is_here = changed(self, "subject");
            self.same("subject", id, is_here, subject.as_deref(), own.as_deref());
        }
        self.metadata(ticket);
    }

    fn metadata(&mut self, ticket: &Value) {
        let id = self.judged.ticket.id;
        let (row, table) = (&self.raw.ticket, &self.adoption.mapping().tickets);
        let mut own = ticket["metadata"].clone();
        if let (Some(tags), Some(map)) = (row.value(table, "tags"), own.as_object_mut())
            && map.get("tags") == Some(tags)
            && row
                .value(table, "metadata")
                .is_none_or(|was| was.get("tags").is_none())
        {
            map.remove("tags");
        } else if row.value(table, "tags").is_some()
            && row.value(table, "tags") != Some(&own["tags"])
        {
            let (was, own) = (row.text(table, "tags"), text(&own["tags"]));
            self.same("tags", id, false, was.as_deref(), own.as_deref());
        }
        let was = row.value(table, "metadata");
        let was = was.map_or_else(|| "{}".to_owned(), Value::to_string);
        self.same("metadata", id, false, Some(&was), Some(&own.to_string()));
    }

    /// Times of the ticket that its row has.
    fn times(&mut self, ticket: &Value) {
        let id = self.judged.ticket.id;
        let (row, table) = (&self.raw.ticket, &self.adoption.mapping().tickets);
        for field in [
            "created_at",
            "updated_at",
            "assigned_at",
            "resolved_at",
            "closed_at",
            "archived_at",
        ] {
            let was = row.time(table, field).map(micros);
            let own = ticket[field].as_str().and_then(time_of).map(micros);
            // Without a time there, the rules infer one, which is compared with every column.
            let is_inferred = was.is_none()
                && row.text(table, field).is_none()
                && matches!(field, "created_at" | "updated_at");
            let is_here =
                self.here.fields.contains(field) || field == "updated_at" && self.here.is_touched;
            if !(is_inferred || is_here && field == "updated_at") {
                self.same(field, id, is_here, was.as_deref(), own.as_deref());
            }
        }
    }

    /// Both numberings are without gaps, agree with the head, and contain what they should.
    fn numbering(&mut self, stored: &Stored, ticket: &Value) {
        let id = self.judged.ticket.id;
        let mut public = 0;
        for (event, seq) in stored.events.iter().zip(1_i64..) {
            if event["seq"].as_i64() != Some(seq) {
                let found = event["seq"].to_string();
                self.differ("numbering_gap", id, Some(&seq.to_string()), Some(&found));
                return;
            }
            let kind = event["kind"].as_str().unwrap_or_default();
            let is_public = kind.parse::<Kind>().is_ok_and(Kind::is_public);
            public += i64::from(is_public);
            let expected = is_public.then_some(public);
            if event["public_seq"].as_i64() != expected {
                let found = event["public_seq"].to_string();
                let expected = expected.map(|n| n.to_string());
                self.differ(
                    "public_numbering_gap",
                    id,
                    expected.as_deref(),
                    Some(&found),
                );
                return;
            }
        }
        let seq = i64::try_from(stored.events.len()).unwrap_or(i64::MAX);
        for (check, field, expected) in [
            ("head", "head_seq", seq),
            ("public_head", "head_public_seq", public),
        ] {
            if ticket[field].as_i64() != Some(expected) {
                let found = ticket[field].to_string();
                self.differ(check, id, Some(&expected.to_string()), Some(&found));
            }
        }
    }
}
