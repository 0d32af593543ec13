//! Adopts the tickets of a platform's own support tables, which are in the same database or in another.
//! The rules are in [`helpline_core::adopt`]. Here the rows are read, stored, followed and verified.
//!
//! The platform's tables are read with the administrator's own rights, and Helpline's are written as
//! their owner, in one transaction per portion of tickets. A ticket is copied again only if the
//! digest of its source rows has changed, so that a copy that was killed goes on where it stopped.
//!
//! Another database is read over a connection of its own, in one read-only snapshot for each run.

mod append;
mod copy;
mod cut_over;
mod functions;
mod lock;
mod people;
mod report;
mod row_digests;
mod source;
mod verify;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use helpline_core::adopt::{
    Chats, Finding, Kept, Mapping, Overrides, Row, Surroundings, plain_number,
};
use helpline_core::limits;
use tokio_postgres::Client;
use uuid::Uuid;

use crate::migrate::with_admin;
use crate::names::is_plain_identifier;
use crate::{Names, StoreError, rows};

pub use report::{Counts, Difference, Report, Spilled};
use source::{Basis, Source};
use verify::Stored;

const NUMBERS: &str = include_str!("../../sql/adopt/numbers.sql");
const STAFF: &str = include_str!("../../sql/adopt/staff.sql");
const COUNTS: &str = include_str!("../../sql/adopt/counts.sql");
const RECORD: &str = include_str!("../../sql/adopt/record.sql");
const ADVANCE_SEQUENCE: &str = include_str!("../../sql/adopt/advance_sequence.sql");
const SESSION: &str = "set timezone = 'UTC'";

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Judge every ticket, and write nothing.
    DryRun,
    /// Copy every ticket that is not copied yet or whose source rows have changed.
    Copy,
    /// The same after the first copy.
    Follow,
    /// Compare every ticket with its source.
    Verify,
    /// Stop writes to the source, copy what is left, and verify. In the same database, this is one
    /// transaction. In another, each step is committed, and the same action goes on after any of them.
    CutOver,
    /// Grant what the cut-over has revoked.
    Undo,
}

impl Action {
    const fn word(self) -> &'static str {
        match self {
            Self::DryRun => "dry_run",
            Self::Copy => "copy",
            Self::Follow => "follow",
            Self::Verify => "verify",
            Self::CutOver => "cut_over",
            Self::Undo => "undo",
        }
    }
}

/// Changes with the rules of [`helpline_core::adopt`], so that tickets are judged again.
const RULES_VERSION: u32 = 3;

/// Which tables are adopted.
#[derive(Debug, Clone)]
pub struct Choice {
    /// The schema of the platform's tables.
    pub schema: String,
    /// Which generation of its tables.
    pub chats: Chats,
    /// What the operator says about the mapping.
    pub overrides: Overrides,
}

/// Carries out an action. `source_url` is the address of the platform's database, unless it is the
/// desk's own.
///
/// # Errors
/// [`StoreError::NotPrepared`] says what is missing; nothing was changed. A difference is no error
/// but part of the report.
pub async fn run(
    admin_url: &str,
    source_url: Option<&str>,
    names: &Names,
    choice: &Choice,
    action: Action,
) -> Result<Report, StoreError> {
    let is_own = source_url.is_none() && choice.schema == names.schema();
    if !is_plain_identifier(&choice.schema) || is_own {
        return Err(StoreError::NotPrepared(
            "--from must be the schema of the platform's tables, a plain lowercase name".into(),
        ));
    }
    with_admin(admin_url, async |client| {
        let Some(source_url) = source_url else {
            return carry_out(client, client, names, choice, action).await;
        };
        let mut is_connected = false;
        let done = with_admin(source_url, async |other| {
            is_connected = true;
            carry_out(client, other, names, choice, action).await
        })
        .await;
        match done {
            Err(error) if !is_connected => Err(of_source(error)),
            done => done,
        }
    })
    .await
}

async fn carry_out(
    client: &Client,
    source: &Client,
    names: &Names,
    choice: &Choice,
    action: Action,
) -> Result<Report, StoreError> {
    let source_is_other = !std::ptr::eq(client, source);
    client.batch_execute(SESSION).await?;
    source.batch_execute(SESSION).await?;
    if source_is_other {
        // As in the desk's own database; see `Adoption::begin`.
        source.batch_execute("set row_security = off").await?;
    }
    if !matches!(action, Action::DryRun | Action::Verify) {
        lock::keep_others_out(client, names).await?;
    }
    let source = Source::open(source, client, names, choice).await?;
    let mut adoption = Adoption {
        client,
        names,
        source,
        now: DateTime::UNIX_EPOCH,
        is_as_copied: matches!(action, Action::Verify),
        basis: Basis {
            staff: Vec::new(),
            assignable: Vec::new(),
            mapping: String::new(),
            mapping_digest: String::new(),
        },
        taken: BTreeSet::new(),
        staff: BTreeSet::new(),
        assignable: BTreeSet::new(),
        numbers: BTreeMap::new(),
        seen_people: BTreeSet::new(),
        people_of_portion: Vec::new(),
        compared: BTreeSet::new(),
        adopted_people: BTreeSet::new(),
        report: Report::default(),
    };
    adoption.report.mapping = Some(adoption.source.mapping.clone());
    let began_at = adoption.clock().await?;
    adoption.now = began_at;
    adoption.record(false, action).await?;
    match action {
        Action::DryRun => adoption.judge_all().await?,
        Action::Copy | Action::Follow => adoption.copy_all(copy::Portions::Separate).await?,
        Action::Verify => adoption.verify_all().await?,
        Action::CutOver => adoption.cut_over().await?,
        Action::Undo => adoption.undo().await?,
    }
    adoption.count().await?;
    adoption.record(true, action).await?;
    adoption.report.step = action.word();
    adoption.report.is_compared = matches!(action, Action::Verify | Action::CutOver);
    adoption.report.began_at = began_at;
    adoption.report.ended_at = adoption.clock().await?;
    Ok(adoption.report)
}

/// Whether a step failed before it changed anything.
pub fn is_before_any_change(error: &StoreError) -> bool {
    match error {
        StoreError::NotPrepared(why) => why.starts_with("nothing was changed"),
        StoreError::Unreachable(cause) => cause.is::<OfSource>(),
        _ => false,
    }
}

/// The platform's database cannot be used; the cause is that error.
#[derive(Debug, thiserror::Error)]
#[error("it is that of --source-url")]
struct OfSource(#[source] StoreError);

/// Says that an error is about the platform's database and not about the desk's.
fn of_source(error: StoreError) -> StoreError {
    match error {
        StoreError::NotPrepared(why) => StoreError::NotPrepared(format!("--source-url: {why}")),
        error => StoreError::Unreachable(Box::new(OfSource(error))),
    }
}

/// A run, and what it knows.
struct Adoption<'a> {
    client: &'a Client,
    names: &'a Names,
    source: Source<'a>,
    now: DateTime<Utc>,
    staff: BTreeSet<Uuid>,
    assignable: BTreeSet<Uuid>,
    /// Whether tickets are judged as of the moment when they were stored.
    is_as_copied: bool,
    /// What the digests contain beside the rows.
    basis: Basis,
    /// The numbers of all tickets here and there.
    taken: BTreeSet<String>,
    /// The numbers of the tickets that get another one than their own.
    numbers: BTreeMap<Uuid, String>,
    /// People about whom a finding was noted.
    seen_people: BTreeSet<Uuid>,
    /// Those of them about whom it was noted in the present portion.
    people_of_portion: Vec<Uuid>,
    /// People whose names were compared.
    compared: BTreeSet<Uuid>,
    /// People whom adopted tickets have brought.
    adopted_people: BTreeSet<Uuid>,
    report: Report,
}

impl Adoption<'_> {
    async fn as_owner(&self) -> Result<(), StoreError> {
        // The owner's own tables have policies for the owner.
        let sql = "set local row_security = on; set local role {owner}";
        let sql = self.names.render(sql);
        Ok(self.client.batch_execute(&sql).await?)
    }

    async fn as_self(&self) -> Result<(), StoreError> {
        let sql = "reset role; set local row_security = off";
        Ok(self.client.batch_execute(sql).await?)
    }

    async fn begin(&self) -> Result<(), StoreError> {
        // A policy of the platform that hides rows from this role must be an error: rows would be left
        // out, and people would count as deleted.
        let sql = "begin isolation level repeatable read; set local row_security = off";
        Ok(self.client.batch_execute(sql).await?)
    }

    async fn commit(&self) -> Result<(), StoreError> {
        Ok(self.client.batch_execute("commit").await?)
    }

    /// Reads what is needed about all tickets. Part of a transaction.
    async fn prepare(&mut self) -> Result<(), StoreError> {
        self.now = self.clock().await?;
        self.staff = self.source.staff().await?;
        self.as_owner().await?;
        let staff = self.client.query(&self.names.render(STAFF), &[]).await?;
        let taken = self.client.query(&self.names.render(NUMBERS), &[]).await?;
        self.as_self().await?;
        for row in &staff {
            let person = rows::get(row, 0)?;
            self.staff.insert(person);
            if rows::get(row, 1)? {
                self.assignable.insert(person);
            }
        }
        let mut own: BTreeMap<Uuid, String> = BTreeMap::new();
        let mut all: BTreeSet<String> = BTreeSet::new();
        for row in &taken {
            let number: String = rows::get(row, 1)?;
            if rows::get(row, 2)? {
                own.insert(rows::get(row, 0)?, number.clone());
            }
            all.insert(number);
        }
        let texts = |people: &BTreeSet<Uuid>| people.iter().map(Uuid::to_string).collect();
        let mut mapping =
            serde_json::to_value(self.mapping()).map_err(|e| StoreError::Row(e.to_string()))?;
        // These decide about no row.
        mapping["accepted_writers"] = serde_json::Value::Null;
        mapping["unused"] = serde_json::Value::Null;
        let mapping = format!("{RULES_VERSION} {mapping}");
        self.basis = Basis {
            staff: texts(&self.staff),
            assignable: texts(&self.assignable),
            mapping_digest: Row::default().digest(&mapping),
            mapping,
        };
        self.find_zoneless()?;
        self.find_no_users()?;
        self.numbers.clear();
        for (id, number) in self.source.numbers().await? {
            let (plain, _) = plain_number(&number, id);
            let became = match own.get(&id) {
                Some(given) if is_number_of(given, &plain) => given.clone(),
                _ => free_number(&plain, &all),
            };
            all.insert(became.clone());
            if became != plain {
                self.numbers.insert(id, became);
            }
        }
        self.taken = all;
        Ok(())
    }

    /// Lists the columns whose times have no zone.
    fn find_zoneless(&mut self) -> Result<(), StoreError> {
        let mut findings = Vec::new();
        for (table, columns) in &self.source.zoneless {
            for column in columns {
                let was = format!("{table}.{column}");
                let rule = ("time_without_zone", "");
                findings.push(Finding::new(
                    rule,
                    "",
                    Uuid::nil(),
                    &was,
                    &self.mapping().zone,
                ));
            }
        }
        self.report.findings.remove("time_without_zone");
        self.report.find(findings)
    }

    /// Says that people who no longer exist on the platform cannot be found.
    fn find_no_users(&mut self) -> Result<(), StoreError> {
        self.report.findings.remove("users_unknown");
        if self.source.has_users {
            return Ok(());
        }
        let what = "there is no table auth.users";
        let rule = ("users_unknown", "");
        let found = Finding::new(rule, "", Uuid::nil(), what, "everyone counts as existing");
        self.report.find([found])
    }

    fn around<'b>(
        &'b self,
        id: Uuid,
        users: Option<&'b BTreeSet<Uuid>>,
        (former, taken, kept): (&'b BTreeSet<Uuid>, &'b BTreeSet<Uuid>, &'b Kept),
        stored: &Stored,
    ) -> Surroundings<'b> {
        let as_copied = stored.adopted_at().filter(|_| self.is_as_copied);
        Surroundings {
            former,
            taken,
            kept,
            staff: &self.staff,
            assignable: &self.assignable,
            users,
            number: self.numbers.get(&id).map(String::as_str),
            now: as_copied.unwrap_or(self.now),
        }
    }

    /// Records a step in the access log: which role took it, what it was, and what came of it.
    async fn record(&self, has_ended: bool, action: Action) -> Result<(), StoreError> {
        let role = self
            .client
            .query_one("select session_user::text", &[])
            .await?;
        let report = &self.report;
        let mut detail = serde_json::json!({
            "role": rows::get::<String>(&role, 0)?,
            "step": action.word(),
            "source": self.source.name(),
        });
        if has_ended {
            detail["counts"] = serde_json::json!({
                "copied": report.copied, "replaced": report.replaced, "appended": report.appended,
                "privileges": report.privileges, "differences": report.differences.rows,
                "findings": report.findings.values().map(|rows| rows.rows).sum::<usize>(),
            });
        }
        self.begin().await?;
        self.as_owner().await?;
        let sql = self.names.render(RECORD);
        self.client
            .execute(&sql, &[&has_ended, &detail.to_string()])
            .await?;
        self.commit().await
    }

    /// The time, of the desk's database.
    async fn clock(&self) -> Result<DateTime<Utc>, StoreError> {
        let row = self.client.query_one("select clock_timestamp()", &[]);
        rows::get(&row.await?, 0)
    }

    /// Lists rows that belong to no ticket. Returns how many messages and rows of histories there are.
    async fn find_orphans(&mut self) -> Result<[i64; 2], StoreError> {
        let all = self.source.counts().await?;
        let mut orphans = self.source.orphans().await?;
        let (messages, ids) = orphans.remove("messages").unwrap_or_default();
        let (activity, others) = orphans.remove("activity").unwrap_or_default();
        if messages > 0 && messages == all.messages {
            return Err(StoreError::NotPrepared(format!(
                "nothing was changed: no message of {} belongs to a ticket of {}; correct the mapping",
                self.mapping().messages.name,
                self.mapping().tickets.name
            )));
        }
        self.report.findings.remove("rows_without_ticket");
        let found = ids.iter().map(|id| ("message", id));
        let found = found.chain(others.iter().map(|id| ("row of a history", id)));
        self.report.find(found.map(|(what, id)| {
            let rule = ("rows_without_ticket", "");
            let row = Uuid::parse_str(id).unwrap_or_default();
            Finding::new(rule, "", row, &format!("{what} {id}"), "not taken over")
        }))?;
        Ok([messages, activity])
    }

    /// What can still write to the platform's tables after a cut-over, as findings.
    async fn find_writers(&mut self) -> Result<(), StoreError> {
        let found = self.source.writers(self.names).await?;
        let rule = |name: &String| {
            if self.mapping().accepted_writers.contains(name) {
                ("writer_accepted", "")
            } else {
                ("writer_left", "")
            }
        };
        let found: Vec<Finding> = found
            .iter()
            .map(|name| Finding::new(rule(name), "", Uuid::nil(), name, "can still write"))
            .collect();
        self.report.find(found)
    }

    async fn count(&mut self) -> Result<(), StoreError> {
        self.source.begin().await?;
        self.begin().await?;
        self.report.source = self.source.counts().await?;
        self.as_owner().await?;
        let sql = self.names.render(COUNTS);
        let row = self.client.query_one(&sql, &[&self.source.name()]).await?;
        self.report.adopted = Counts {
            tickets: rows::get(&row, 0)?,
            messages: rows::get(&row, 1)?,
            activity: rows::get(&row, 2)?,
        };
        self.commit().await?;
        self.source.end().await
    }

    /// Moves the sequence of numbers to where the source's stands. Part of a transaction.
    async fn advance_sequence(&self) -> Result<(), StoreError> {
        let at = self.source.sequence().await?;
        self.as_owner().await?;
        let sql = self.names.render(ADVANCE_SEQUENCE);
        self.client.query(&sql, &[&at]).await?;
        self.as_self().await
    }

    fn mapping(&self) -> &Mapping {
        &self.source.mapping
    }
}

/// Whether a ticket with the number `plain` can have been given this one: it may have a suffix.
pub(super) fn is_number_of(given: &str, plain: &str) -> bool {
    given == plain || has_suffix(given, plain)
}

/// Whether the number is `plain` with a suffix, because another ticket has `plain`.
pub(super) fn has_suffix(given: &str, plain: &str) -> bool {
    let suffix = given
        .strip_prefix(plain)
        .and_then(|rest| rest.strip_prefix('-'));
    suffix.is_some_and(|n| n.parse::<u32>().is_ok_and(|n| n > 1))
}

/// The number itself if it is free, otherwise with the lowest suffix that is.
fn free_number(plain: &str, taken: &BTreeSet<String>) -> String {
    if !taken.contains(plain) {
        return plain.to_owned();
    }
    let stem: String = plain
        .chars()
        .take(limits::ADOPTED_NUMBER_CHARS_MAX)
        .collect();
    (2..)
        .map(|n: u32| format!("{stem}-{n}"))
        .find(|number| !taken.contains(number))
        .unwrap_or(stem)
}
