//! Compares what is stored with the source's rows as they are, field by field; and, where the platform
//! has changed nothing since the copy, every stored column with what the rules make of these rows. A
//! value may differ only if a finding lists the field of its row.

mod here;
mod rows_of;
mod ticket;
mod whole;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use helpline_core::adopt::{Finding, Kept, Mapping, SourceTicket, time_of};
use helpline_core::limits;
use serde_json::Value;
use uuid::Uuid;

use super::{Adoption, Difference, Report};
use crate::{StoreError, rows};
pub(super) use ticket::Check;

const STORED: &str = include_str!("../../sql/adopt/stored.sql");
const SEQUENCE: &str = include_str!("../../sql/adopt/sequence.sql");

/// A ticket as it is stored here.
#[derive(Default)]
pub(super) struct Stored {
    pub ticket: Option<Value>,
    pub messages: BTreeMap<Uuid, Value>,
    pub events: Vec<Value>,
    pub positions: BTreeMap<Uuid, Value>,
    /// What is kept, by its table, row and field.
    pub originals: BTreeMap<(String, Uuid, String), Value>,
}

impl Stored {
    fn of_ticket(&self, field: &str) -> &Value {
        self.ticket
            .as_ref()
            .map_or(&Value::Null, |ticket| &ticket[field])
    }

    /// The last event of the ticket when it was stored whole.
    pub fn adopted_seq(&self) -> i64 {
        self.of_ticket("adopted_seq").as_i64().unwrap_or(0)
    }

    /// The clock of the run that stored the ticket whole.
    pub fn adopted_at(&self) -> Option<DateTime<Utc>> {
        self.of_ticket("adopted_at").as_str().and_then(time_of)
    }

    pub fn owner(&self) -> Option<Uuid> {
        self.ticket
            .as_ref()
            .and_then(|ticket| uuid(ticket, "user_id"))
    }

    /// Everyone who owned the ticket when it was stored.
    pub fn owners(&self) -> BTreeSet<Uuid> {
        let owners = self.of_ticket("owners").as_array();
        let owners = owners.into_iter().flatten();
        owners
            .filter_map(|id| Uuid::parse_str(id.as_str()?).ok())
            .collect()
    }

    /// The adopted rows that the platform no longer has.
    pub fn kept(&self, raw: &SourceTicket, mapping: &Mapping) -> Kept {
        let messages = self.messages.values();
        Kept::among(raw, mapping, self.adopted_seq(), messages, &self.events)
    }
}

impl Adoption<'_> {
    pub(super) async fn verify_all(&mut self) -> Result<(), StoreError> {
        self.source.begin().await?;
        self.begin().await?;
        self.prepare().await?;
        self.verify_within().await?;
        self.client.batch_execute("rollback").await?;
        self.source.end().await
    }

    /// Verifies as a part of the caller's transaction.
    pub(super) async fn verify_within(&mut self) -> Result<(), StoreError> {
        // The findings of a copy before this are among those of all tickets, except which rows it has
        // appended.
        let appended = |rule: &str| rule == "appended_behind";
        self.report.findings.retain(|rule, _| appended(rule));
        self.seen_people.clear();
        self.compared.clear();
        self.adopted_people = self.people_of_adoption(false).await?;
        let mut count = [0_i64; 3];
        let mut after = None;
        while let Some(portion) = self.portion(after, &|_| true).await? {
            let ids = portion.ids();
            let stored = self.stored(&ids).await?;
            let batch = self.judged(&ids, &stored).await?;
            let people = self.people(&batch)?;
            let (_, deleted) = self.adopted(&ids).await?;
            self.find_deleted(&deleted)?;
            for (mut ticket, raw) in batch.tickets {
                let id = ticket.ticket.id;
                // Tickets are judged by the clock of their copy. What was the future then may be past.
                let is_future = |own: &Finding| time_of(&own.was).is_none_or(|at| at > self.now);
                ticket
                    .findings
                    .retain(|own| own.rule != "time_in_future" || is_future(own));
                count[0] += 1;
                count[1] += i64::try_from(raw.messages.len()).unwrap_or(i64::MAX);
                count[2] += i64::try_from(raw.activity.len()).unwrap_or(i64::MAX);
                if deleted.contains(&id) {
                    continue;
                }
                let digest = &portion.tickets[&id].digest;
                let mut check = Check::new(self, &ticket, &raw, stored.get(&id), digest);
                check.ticket();
                let (differences, findings) = (check.differences, check.findings);
                self.report.differ(differences)?;
                self.report.find(findings)?;
                self.report.find(ticket.findings)?;
            }
            self.compare_people(&people).await?;
            after = Some(portion.last);
        }
        self.find_deleted_there().await?;
        self.find_writers().await?;
        self.find_zoneless()?;
        self.find_no_users()?;
        let [messages, activity] = self.find_orphans().await?;
        count[1] += messages;
        count[2] += activity;
        let all = self.source.counts().await?;
        let whole = [
            ("tickets", all.tickets),
            ("messages", all.messages),
            ("activity", all.activity),
        ];
        for ((table, all), seen) in whole.into_iter().zip(count) {
            if all != seen {
                global(&mut self.report, "rows_not_read", table, all, seen)?;
            }
        }
        self.sequence_is_ahead().await
    }

    async fn sequence_is_ahead(&mut self) -> Result<(), StoreError> {
        let source = self.source.sequence().await?;
        self.as_owner().await?;
        let row = self
            .client
            .query_one(&self.names.render(SEQUENCE), &[])
            .await?;
        self.as_self().await?;
        let (own, highest): (i64, i64) = (rows::get(&row, 0)?, rows::get(&row, 1)?);
        let least = source.max(highest);
        if own < least {
            let what = ("sequence_behind", "support_ticket_numbers");
            global(&mut self.report, what.0, what.1, least, own)?;
        }
        Ok(())
    }

    /// All that this desk has of these tickets. Part of a transaction.
    pub(super) async fn stored(&self, ids: &[Uuid]) -> Result<BTreeMap<Uuid, Stored>, StoreError> {
        self.as_owner().await?;
        let sql = self.names.render(STORED);
        let most = limits::ADOPTION_VALUE_BYTES_MAX;
        let found = self.client.query(&sql, &[&ids, &most]).await?;
        self.as_self().await?;
        let mut stored: BTreeMap<Uuid, Stored> = BTreeMap::new();
        for row in &found {
            let (table, id, text): (i32, Uuid, &str) =
                (rows::get(row, 0)?, rows::get(row, 1)?, rows::get(row, 2)?);
            let value = Value::Object(
                helpline_core::adopt::Row::parse(text)
                    .map_err(|error| StoreError::Row(error.to_string()))?
                    .columns,
            );
            let ticket = stored.entry(id).or_default();
            match table {
                0 => ticket.ticket = Some(value),
                1 => {
                    let id = uuid(&value, "id");
                    ticket.messages.extend(id.map(|id| (id, value)));
                }
                2 => ticket.events.push(value),
                3 => {
                    let id = uuid(&value, "person_id");
                    ticket.positions.extend(id.map(|id| (id, value)));
                }
                _ => {
                    let text = |field: &str| value[field].as_str().unwrap_or_default().to_owned();
                    let row = uuid(&value, "row_id").unwrap_or_default();
                    let place = (text("source"), row, text("field"));
                    ticket.originals.insert(place, value);
                }
            }
        }
        for ticket in stored.values_mut() {
            ticket.events.sort_by_key(|event| event["seq"].as_i64());
        }
        Ok(stored)
    }
}

fn global(
    report: &mut Report,
    check: &'static str,
    row: &str,
    source: i64,
    adopted: i64,
) -> Result<(), StoreError> {
    report.differ([Difference {
        check,
        ticket: String::new(),
        row: row.to_owned(),
        source: source.to_string(),
        adopted: adopted.to_string(),
    }])
}

fn uuid(value: &Value, field: &str) -> Option<Uuid> {
    Uuid::parse_str(value[field].as_str()?).ok()
}

/// A value as text; null is `None`.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

/// A time in microseconds, as text.
fn micros(time: DateTime<Utc>) -> String {
    time.timestamp_micros().to_string()
}
