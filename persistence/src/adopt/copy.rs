//! Judges and copies tickets, in portions.

use std::collections::{BTreeMap, BTreeSet};

use helpline_core::adopt::{Finding, Judged, Kept, Original, SourceTicket, judge, people_in};
use helpline_core::limits;
use serde_json::{Value, json};
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::Adoption;
use super::people::Known;
use super::source::Digest;
use super::verify::Stored;
use crate::{StoreError, rows};

const ADOPTED: &str = include_str!("../../sql/adopt/adopted.sql");
const ADOPTED_IDS: &str = include_str!("../../sql/adopt/adopted_ids.sql");
const WRITE: &str = include_str!("../../sql/adopt/write.sql");
const REMOVE: &str = include_str!("../../sql/adopt/remove.sql");
const TAKEN: &str = include_str!("../../sql/adopt/taken.sql");
const PUT_ORIGINAL: &str = include_str!("../../sql/adopt/put_original.sql");

/// Whether each portion is a transaction, or all are part of the caller's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Portions {
    Separate,
    Together,
}

/// A part of a copy that can be repeated.
#[derive(Debug, Clone, Copy)]
enum Step {
    People,
    /// The tickets after this one.
    Portion(Option<Uuid>),
    Sequence,
}

/// Whether a transaction failed because another one has changed the same rows, and may succeed when it
/// is repeated.
pub(super) fn is_conflict(error: &StoreError) -> bool {
    let StoreError::Busy(error) = error else {
        return false;
    };
    let again = [
        SqlState::T_R_SERIALIZATION_FAILURE,
        SqlState::T_R_DEADLOCK_DETECTED,
    ];
    error.code().is_some_and(|code| again.contains(code))
}

/// A portion of tickets: which of them are judged, and where the next one begins.
pub(super) struct Portion {
    pub tickets: BTreeMap<Uuid, Digest>,
    pub last: Uuid,
}

impl Portion {
    pub fn ids(&self) -> Vec<Uuid> {
        self.tickets.keys().copied().collect()
    }
}

/// Judged tickets with the rows that they were judged by.
pub(super) struct Batch {
    pub tickets: Vec<(Judged, SourceTicket)>,
    pub known: Known,
}

impl Adoption<'_> {
    /// Judges every ticket. Writes nothing.
    pub(super) async fn judge_all(&mut self) -> Result<(), StoreError> {
        self.source.begin().await?;
        self.begin().await?;
        self.prepare().await?;
        let mut after = None;
        while let Some(portion) = self.portion(after, &|_| true).await? {
            let ids = portion.ids();
            let stored = self.stored(&ids).await?;
            let batch = self.judged(&ids, &stored).await?;
            self.people(&batch)?;
            for (ticket, _) in batch.tickets {
                self.report.find(ticket.findings)?;
            }
            after = Some(portion.last);
        }
        self.find_deleted_there().await?;
        self.find_orphans().await?;
        self.find_writers().await?;
        self.client.batch_execute("rollback").await?;
        self.source.end().await
    }

    /// Copies every ticket whose source rows have changed.
    pub(super) async fn copy_all(&mut self, portions: Portions) -> Result<(), StoreError> {
        let is_own = portions == Portions::Separate;
        if is_own {
            self.source.begin().await?;
            self.begin().await?;
        }
        self.find_orphans().await?;
        // A person who is blocked loses assigned tickets, and then tickets are judged otherwise.
        self.step(is_own, Step::People).await?;
        self.prepare().await?;
        let mut after = None;
        while let Some(last) = self.step(is_own, Step::Portion(after)).await? {
            after = Some(last);
        }
        self.find_deleted_there().await?;
        self.step(is_own, Step::Sequence).await?;
        if is_own {
            self.commit().await?;
            self.source.end().await?;
        }
        Ok(())
    }

    /// Takes a step. If it is a transaction of its own and a change that was made in the desk
    /// meanwhile is in its way, it is taken again.
    async fn step(&mut self, is_own: bool, step: Step) -> Result<Option<Uuid>, StoreError> {
        let mut attempts = 1;
        loop {
            let mark = self.report.mark();
            self.people_of_portion.clear();
            let done = match step {
                Step::People => self.refresh_people().await.map(|()| None),
                Step::Portion(after) => self.copy_portion(after).await,
                Step::Sequence => self.advance_sequence().await.map(|()| None),
            };
            let done = match done {
                Ok(last) if is_own => self.commit().await.map(|()| last),
                done => done,
            };
            match done {
                Err(error)
                    if is_own
                        && is_conflict(&error)
                        && attempts < limits::ADOPTION_ATTEMPTS_MAX =>
                {
                    self.client.batch_execute("rollback").await?;
                    self.report.reset(mark)?;
                    for person in &self.people_of_portion {
                        self.seen_people.remove(person);
                    }
                    attempts += 1;
                }
                Err(error) => return Err(error),
                Ok(last) => {
                    if is_own {
                        self.begin().await?;
                    }
                    return Ok(last);
                }
            }
            self.begin().await?;
        }
    }

    /// The next tickets of the source, as many as fit a portion. `None` at the end.
    pub(super) async fn portion(
        &self,
        after: Option<Uuid>,
        is_wanted: &(dyn Fn(&Digest) -> bool + Sync),
    ) -> Result<Option<Portion>, StoreError> {
        let most = limits::ADOPTION_PORTION_TICKETS;
        let page = self.source.digests(after, most, &self.basis).await?;
        Ok(fitting(page, is_wanted))
    }

    /// Judges these tickets, whose rows are stored so.
    pub(super) async fn judged(
        &self,
        ids: &[Uuid],
        stored: &BTreeMap<Uuid, Stored>,
    ) -> Result<Batch, StoreError> {
        let mut tickets = self.source.tickets(ids).await?;
        let (mut people, mut messages) = (BTreeSet::new(), Vec::new());
        for ticket in tickets.values() {
            people.extend(people_in(ticket, self.mapping()));
            let table = &self.mapping().messages;
            let own = ticket.messages.iter();
            messages.extend(own.map(|row| helpline_core::adopt::id_of(table, row)));
        }
        let mut owners = self.owners_of(&messages).await?;
        let people: Vec<Uuid> = people.into_iter().collect();
        let known = Known {
            users: self.source.users(&people).await?,
            profiles: self.source.profiles(&people).await?,
        };
        let users = known.ids();
        let nothing = Stored::default();
        let mut judged = Vec::with_capacity(ids.len());
        for id in ids {
            let Some(ticket) = tickets.remove(id) else {
                continue;
            };
            let table = &self.mapping().messages;
            let own = ticket.messages.iter();
            let own: BTreeSet<Uuid> = own
                .map(|row| helpline_core::adopt::id_of(table, row))
                .collect();
            let taken = own
                .iter()
                .filter(|message| *owners.entry(**message).or_insert(*id) != *id)
                .copied()
                .collect();
            let stored = stored.get(id).unwrap_or(&nothing);
            let kept = stored.kept(&ticket, self.mapping());
            let former = stored.owners();
            let around = self.around(*id, users.as_ref(), (&former, &taken, &kept), stored);
            let one = judge(&ticket, self.mapping(), &around).map_err(StoreError::Row)?;
            judged.push((one, ticket));
        }
        Ok(Batch {
            tickets: judged,
            known,
        })
    }

    /// The tickets to which those of these messages belong that are here.
    async fn owners_of(&self, messages: &[Uuid]) -> Result<BTreeMap<Uuid, Uuid>, StoreError> {
        self.as_owner().await?;
        let sql = self.names.render(TAKEN);
        let found = self.client.query(&sql, &[&messages]).await?;
        self.as_self().await?;
        let pair = |row| Ok((rows::get(row, 0)?, rows::get(row, 1)?));
        found.iter().map(pair).collect()
    }

    /// The digests of those of these tickets that were adopted and are here, and those that were
    /// adopted and then deleted here.
    pub(super) async fn adopted(
        &self,
        ids: &[Uuid],
    ) -> Result<(BTreeMap<Uuid, String>, BTreeSet<Uuid>), StoreError> {
        self.as_owner().await?;
        let sql = self.names.render(ADOPTED);
        let found = self.client.query(&sql, &[&ids]).await?;
        self.as_self().await?;
        let (mut adopted, mut deleted) = (BTreeMap::new(), BTreeSet::new());
        for row in &found {
            let (id, source): (Uuid, String) = (rows::get(row, 0)?, rows::get(row, 2)?);
            if source != self.source.name() {
                return Err(StoreError::NotPrepared(format!(
                    "the ticket {id} was adopted from {source}, and {} has it, too: one id cannot be two tickets",
                    self.source.name()
                )));
            }
            if rows::get(row, 3)? {
                adopted.insert(id, rows::get(row, 1)?);
            } else {
                deleted.insert(id);
            }
        }
        Ok((adopted, deleted))
    }

    /// Lists tickets that were deleted here. They do not come back.
    pub(super) fn find_deleted(&mut self, deleted: &BTreeSet<Uuid>) -> Result<(), StoreError> {
        let own = deleted.iter().map(|id| {
            let was = id.to_string();
            Finding::new(("deleted_here", ""), "", *id, &was, "")
        });
        self.report.find(own)
    }

    /// Lists adopted tickets that the platform has deleted. They stay.
    pub(super) async fn find_deleted_there(&mut self) -> Result<(), StoreError> {
        let limit = i64::try_from(limits::ADOPTION_PORTION_ROWS).unwrap_or(i64::MAX);
        let mut after: Option<Uuid> = None;
        loop {
            self.as_owner().await?;
            let sql = self.names.render(ADOPTED_IDS);
            let source = self.source.name();
            let params: [&(dyn ToSql + Sync); 3] = [&source, &after, &limit];
            let found = self.client.query(&sql, &params).await?;
            self.as_self().await?;
            let mut here: BTreeMap<Uuid, String> = BTreeMap::new();
            for row in &found {
                here.insert(rows::get(row, 0)?, rows::get(row, 1)?);
            }
            let Some(last) = here.keys().next_back().copied() else {
                return Ok(());
            };
            let ids: Vec<Uuid> = here.keys().copied().collect();
            for id in self.source.existing(&ids).await? {
                here.remove(&id);
            }
            self.report.find(here.iter().map(|(id, number)| {
                Finding::new(("deleted_there", ""), number, *id, "ticket", "stays")
            }))?;
            after = Some(last);
        }
    }

    async fn copy_portion(&mut self, after: Option<Uuid>) -> Result<Option<Uuid>, StoreError> {
        self.now = self.clock().await?;
        let most = limits::ADOPTION_PORTION_TICKETS;
        let page = self.source.digests(after, most, &self.basis).await?;
        let ids: Vec<Uuid> = page.iter().map(|ticket| ticket.id).collect();
        let (adopted, deleted) = self.adopted(&ids).await?;
        let is_changed = |ticket: &Digest| {
            !deleted.contains(&ticket.id) && adopted.get(&ticket.id) != Some(&ticket.digest)
        };
        let Some(portion) = fitting(page, &is_changed) else {
            return Ok(None);
        };
        let deleted = deleted.into_iter().filter(|id| *id <= portion.last);
        self.find_deleted(&deleted.collect())?;
        let ids = portion.ids();
        if ids.is_empty() {
            return Ok(Some(portion.last));
        }
        let changed: Vec<Uuid> = ids
            .iter()
            .copied()
            .filter(|id| adopted.contains_key(id))
            .collect();
        let stored = self.stored(&changed).await?;
        let batch = self.judged(&ids, &stored).await?;
        let people = json(&self.people(&batch)?)?;
        self.as_owner().await?;
        let kept = self.kept_rows(&batch, &stored);
        let mut removed = BTreeSet::new();
        let remove = self.names.render(REMOVE);
        for row in self.client.query(&remove, &[&changed, &kept]).await? {
            removed.insert(rows::get::<Uuid>(&row, 0)?);
        }
        let (mut whole, mut long) = (Vec::new(), Vec::new());
        for (ticket, raw) in batch.tickets {
            let id = ticket.ticket.id;
            let digest = &portion.tickets[&id].digest;
            if let (Some(here), false) = (stored.get(&id), removed.contains(&id)) {
                long.extend(self.append((ticket, &raw), digest, &people, here).await?);
                continue;
            }
            long.extend(long_of(&ticket));
            let rows = self.row_digests(&ticket, &raw);
            whole.push(with_digest(&ticket, digest, &rows)?);
            self.report.find(ticket.findings)?;
            if removed.contains(&id) {
                self.report.replaced += 1;
            } else {
                self.report.copied += 1;
            }
        }
        let write = self.names.render(WRITE);
        let whole = json(&whole)?;
        let source = self.source.name();
        let params: [&(dyn ToSql + Sync); 4] = [&people, &whole, &source, &self.now];
        self.client.query(&write, &params).await?;
        self.put_originals(long).await?;
        self.as_self().await?;
        Ok(Some(portion.last))
    }

    /// The rows of these tickets that the platform has deleted. What is kept of them stays.
    fn kept_rows(&self, batch: &Batch, stored: &BTreeMap<Uuid, Stored>) -> Vec<Uuid> {
        let mut kept: Vec<Uuid> = Vec::new();
        for (ticket, raw) in &batch.tickets {
            let own = stored.get(&ticket.ticket.id);
            let own: Kept = own
                .map(|stored| stored.kept(raw, self.mapping()))
                .unwrap_or_default();
            kept.extend(own.messages.iter().map(|message| message.id));
            kept.extend(helpline_core::adopt::told(&own.events));
        }
        kept
    }

    /// Stores values one by one that were too long to be read with their rows.
    async fn put_originals(&self, long: Vec<Original>) -> Result<(), StoreError> {
        for original in long {
            let Some(place) = &original.long else {
                continue;
            };
            // The source is read with this role's own rights.
            self.as_self().await?;
            let text = self.source.value(original.ticket_id, place).await?;
            self.as_owner().await?;
            let text = text.unwrap_or_else(|| "null".to_owned());
            self.put_original(&original, &text).await?;
        }
        Ok(())
    }

    async fn put_original(&self, original: &Original, text: &str) -> Result<(), StoreError> {
        let sql = self.names.render(PUT_ORIGINAL);
        let params: [&(dyn ToSql + Sync); 6] = [
            &original.ticket_id,
            &original.source,
            &original.row_id,
            &original.field,
            &original.message_id,
            &text,
        ];
        self.client.execute(&sql, &params).await?;
        Ok(())
    }
}

/// The tickets of a page that are wanted, as many as fit a portion. `None` if there is no page.
fn fitting(page: Vec<Digest>, is_wanted: &(dyn Fn(&Digest) -> bool + Sync)) -> Option<Portion> {
    let mut portion = Portion {
        tickets: BTreeMap::new(),
        last: page.last()?.id,
    };
    let (mut count, mut bytes) = (0, 0);
    let mut last = None;
    for ticket in page {
        if !is_wanted(&ticket) {
            last = Some(ticket.id);
            continue;
        }
        count += ticket.rows;
        bytes += ticket.bytes;
        let is_full =
            count > limits::ADOPTION_PORTION_ROWS || bytes > limits::ADOPTION_PORTION_BYTES;
        if let (true, false, Some(last)) = (is_full, portion.tickets.is_empty(), last) {
            portion.last = last;
            break;
        }
        last = Some(ticket.id);
        portion.tickets.insert(ticket.id, ticket);
    }
    Some(portion)
}

/// Takes out the values that are copied one by one.
pub(super) fn long_of(ticket: &Judged) -> Vec<Original> {
    let long = ticket.originals.iter().filter(|own| own.long.is_some());
    long.cloned().collect()
}

pub(super) fn with_digest(
    ticket: &Judged,
    digest: &str,
    rows: &BTreeMap<String, String>,
) -> Result<Value, StoreError> {
    let mut value =
        serde_json::to_value(ticket).map_err(|error| StoreError::Row(error.to_string()))?;
    value["digest"] = json!(digest);
    value["row_digests"] = json!(rows);
    // Values that are copied one by one come afterwards.
    let read: Vec<&Original> = ticket
        .originals
        .iter()
        .filter(|own| own.long.is_none())
        .collect();
    value["originals"] = json!(read);
    Ok(value)
}

pub(super) fn json(value: &impl serde::Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Row(error.to_string()))
}
