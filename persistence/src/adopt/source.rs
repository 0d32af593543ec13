//! Reads the platform's tables.

use std::collections::{BTreeMap, BTreeSet};

use helpline_core::adopt::{Column, Long, Mapping, Row, SourceTicket, Table};
use helpline_core::limits;
use serde_json::Value;
use tokio_postgres::Client;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::functions::writing_functions;
use super::{Choice, Counts};
use crate::{Names, StoreError, rows};

const COLUMNS: &str = include_str!("../../sql/adopt/columns.sql");
const DIGESTS: &str = include_str!("../../sql/adopt/digests.sql");
const ROWS: &str = include_str!("../../sql/adopt/source_rows.sql");
const SOURCE_COUNTS: &str = include_str!("../../sql/adopt/source_counts.sql");
const SOURCE_NUMBERS: &str = include_str!("../../sql/adopt/source_numbers.sql");
const SOURCE_SEQUENCE: &str = include_str!("../../sql/adopt/source_sequence.sql");
const IDENTITY: &str = include_str!("../../sql/adopt/database_identity.sql");
const HAS_RELATION: &str = include_str!("../../sql/adopt/has_relation.sql");
const HAS_SEQUENCE: &str = include_str!("../../sql/adopt/has_sequence.sql");
const ORPHANS: &str = include_str!("../../sql/adopt/orphans.sql");
const SOURCE_STAFF: &str = include_str!("../../sql/adopt/source_staff.sql");
const USERS: &str = include_str!("../../sql/adopt/source_users.sql");
const EXISTING: &str = include_str!("../../sql/adopt/source_existing.sql");
const VALUE: &str = include_str!("../../sql/adopt/source_value.sql");
const WRITERS: &str = include_str!("../../sql/adopt/writers.sql");
const ZONE: &str = include_str!("../../sql/adopt/zone.sql");
const PROFILES: &str = include_str!("../../sql/adopt/source_profiles.sql");

/// A table without rows, for a source without one for its history.
const NOTHING: &str = "(select null::uuid as id, null::uuid as ticket where false)";

/// The platform's tables.
pub(super) struct Source<'a> {
    pub client: &'a Client,
    /// Which database it is, if it is not the desk's.
    pub other: Option<String>,
    pub mapping: Mapping,
    pub schema: String,
    /// Columns that have times without a zone, by table.
    pub zoneless: BTreeMap<String, BTreeSet<String>>,
    profile_key: Option<&'static str>,
    pub has_users: bool,
    has_roles: bool,
    /// The functions that write these tables.
    functions: Vec<String>,
}

/// A ticket of the source, and how many rows belong to it.
pub(super) struct Digest {
    pub id: Uuid,
    pub digest: String,
    pub rows: usize,
    /// Bytes of these rows as JSON.
    pub bytes: u64,
}

/// What a digest contains beside the rows.
pub(super) struct Basis {
    /// Members of staff.
    pub staff: Vec<String>,
    /// People to whom a ticket can be assigned.
    pub assignable: Vec<String>,
    /// The mapping.
    pub mapping: String,
    /// The digest of the mapping.
    pub mapping_digest: String,
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

impl<'a> Source<'a> {
    pub async fn open(
        client: &'a Client,
        db: &Client,
        names: &Names,
        choice: &Choice,
    ) -> Result<Self, StoreError> {
        let other = other(client, db).await?;
        let tables = Mapping::table_names(choice.chats, &choice.overrides);
        let mut asked = tables.to_vec();
        asked.extend(["profiles".to_owned(), "user_roles".to_owned()]);
        let mut columns: BTreeMap<String, BTreeMap<String, Column>> = BTreeMap::new();
        let mut types: BTreeMap<(String, String), String> = BTreeMap::new();
        for row in client.query(COLUMNS, &[&choice.schema, &asked]).await? {
            let (table, name): (String, String) = (rows::get(&row, 0)?, rows::get(&row, 1)?);
            let kind: String = rows::get(&row, 2)?;
            let column = Column {
                is_choice: kind == "boolean" || rows::get(&row, 3)?,
            };
            types.insert((table.clone(), name.clone()), kind);
            columns.entry(table).or_default().insert(name, column);
        }
        let mapping = Mapping::guess(&tables, &columns, &choice.overrides)
            .map_err(|faults| not_prepared(&faults))?;
        let mut faults = Vec::new();
        for (table, field) in [(&mapping.tickets, "id"), (&mapping.messages, "ticket")] {
            let place = (table.name.clone(), table.columns[field].clone());
            if types.get(&place).is_none_or(|kind| kind != "uuid") {
                faults.push(format!("{}.{} must have the type uuid", place.0, place.1));
            }
        }
        for table in &asked {
            let found = may_read(client, &choice.schema, table).await?;
            if columns.contains_key(table) && found != Some(true) {
                faults.push(format!("this role may not read {}.{table}", choice.schema));
            }
        }
        // Without the users, people who no longer exist could not be told from the others.
        let users = may_read(client, "auth", "users").await?;
        if users == Some(false) {
            faults.push("this role may not read auth.users: grant it select on that table, and usage on the schema auth".to_owned());
        }
        let row = client.query_one(ZONE, &[&mapping.zone]).await?;
        if !rows::get::<bool>(&row, 0)? {
            faults.push(format!(
                "zone: Postgres knows no time zone {}",
                mapping.zone
            ));
        }
        if let Some(sequence) = &mapping.sequence {
            let params: [&(dyn ToSql + Sync); 2] = [&choice.schema, sequence];
            let row = client.query_one(HAS_SEQUENCE, &params).await?;
            if !rows::get::<bool>(&row, 0)? {
                faults.push(format!("sequence: there is no sequence {sequence}"));
            }
        }
        if may_read(db, names.schema(), "adopted_tickets").await? != Some(true) {
            faults.push("run helpline migrate first, with the same address".to_owned());
        }
        if !faults.is_empty() {
            return Err(not_prepared(&faults));
        }
        let mut zoneless: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for ((table, column), kind) in types {
            if kind == "timestamp without time zone" && tables.contains(&table) {
                zoneless.entry(table).or_default().insert(column);
            }
        }
        let functions = writing_functions(client, &choice.schema, &tables).await?;
        let profile = columns.get("profiles");
        let has_roles = columns
            .get("user_roles")
            .is_some_and(|own| own.contains_key("user_id") && own.contains_key("role"));
        Ok(Self {
            client,
            other,
            mapping,
            schema: choice.schema.clone(),
            zoneless,
            profile_key: profile.and_then(|columns| {
                ["user_id", "id"]
                    .into_iter()
                    .find(|key| columns.contains_key(*key))
            }),
            has_users: users == Some(true),
            has_roles,
            functions,
        })
    }

    /// Begins to read. Everything until [`Self::end`] is read as it is now. In the desk's own database,
    /// the transaction is the desk's.
    pub async fn begin(&self) -> Result<(), StoreError> {
        if self.other.is_none() {
            return Ok(());
        }
        let sql = "begin isolation level repeatable read read only";
        Ok(self.client.batch_execute(sql).await?)
    }

    /// Ends reading.
    pub async fn end(&self) -> Result<(), StoreError> {
        if self.other.is_none() {
            return Ok(());
        }
        Ok(self.client.batch_execute("rollback").await?)
    }

    /// The name of the table from which tickets come.
    pub fn name(&self) -> String {
        format!("{}.{}", self.schema, self.mapping.tickets.name)
    }

    fn relation(&self, table: &str) -> String {
        format!("{}.{}", quoted(&self.schema), quoted(table))
    }

    fn render(&self, sql: &str) -> String {
        let mapping = &self.mapping;
        let column = |table: &Table, field: &str| {
            table
                .columns
                .get(field)
                .map_or_else(|| "null".to_owned(), |name| quoted(name))
        };
        let person = |table: Option<&Table>, field: &str| {
            let column = table.and_then(|table| table.columns.get(field));
            column.map_or_else(
                || "null::text".to_owned(),
                |name| format!("o.{}::text", quoted(name)),
            )
        };
        let activity = mapping.activity.as_ref();
        sql.replace("{tickets}", &self.relation(&mapping.tickets.name))
            .replace("{messages}", &self.relation(&mapping.messages.name))
            .replace(
                "{activity}",
                &activity.map_or_else(|| NOTHING.to_owned(), |table| self.relation(&table.name)),
            )
            .replace("{ticket_id}", &column(&mapping.tickets, "id"))
            .replace("{message_id}", &column(&mapping.messages, "id"))
            .replace("{message_ticket}", &column(&mapping.messages, "ticket"))
            .replace(
                "{activity_id}",
                &activity.map_or_else(|| "id".to_owned(), |table| column(table, "id")),
            )
            .replace(
                "{activity_ticket}",
                &activity.map_or_else(|| "ticket".to_owned(), |table| column(table, "ticket")),
            )
            .replace("{assignee}", &person(Some(&mapping.tickets), "assignee"))
            .replace("{sender}", &person(Some(&mapping.messages), "sender"))
            .replace("{actor}", &person(activity, "actor"))
            .replace("{tickets_zoned}", &self.zoned(Some(&mapping.tickets)))
            .replace("{messages_zoned}", &self.zoned(Some(&mapping.messages)))
            .replace("{activity_zoned}", &self.zoned(activity))
            .replace("{number}", &column(&mapping.tickets, "number"))
            .replace("{created_at}", &column(&mapping.tickets, "created_at"))
            .replace("{source}", &quoted(&self.schema))
            .replace("{key}", self.profile_key.unwrap_or("user_id"))
    }

    /// What is added to a row so that its times have a zone.
    fn zoned(&self, table: Option<&Table>) -> String {
        let columns = table.and_then(|table| self.zoneless.get(&table.name));
        let zone = literal(&self.mapping.zone);
        let columns = columns.into_iter().flatten().map(|column| {
            let name = literal(column);
            let column = quoted(column);
            format!(" || jsonb_build_object({name}, o.{column} at time zone {zone})")
        });
        columns.collect()
    }

    /// The names of the tables, and of the functions that write them.
    pub fn write_targets(&self) -> (Vec<String>, Vec<String>) {
        let mapping = &self.mapping;
        // In the order in which the platform's triggers lock them: a message changes its ticket.
        let mut tables = vec![mapping.messages.name.clone(), mapping.tickets.name.clone()];
        tables.extend(mapping.activity.iter().map(|table| table.name.clone()));
        (tables, self.functions.clone())
    }

    /// Rows that belong to no ticket: for messages and history each, their number and the ids of the first of them.
    pub async fn orphans(&self) -> Result<BTreeMap<String, (i64, Vec<String>)>, StoreError> {
        let most = i64::try_from(limits::ADOPTION_PORTION_ROWS).unwrap_or(i64::MAX);
        let mut orphans: BTreeMap<String, (i64, Vec<String>)> = BTreeMap::new();
        for row in self.client.query(&self.render(ORPHANS), &[&most]).await? {
            let id: Option<String> = rows::get(&row, 1)?;
            let of_table = orphans.entry(rows::get(&row, 0)?).or_default();
            of_table.0 = rows::get(&row, 2)?;
            of_table.1.push(id.unwrap_or_default());
        }
        Ok(orphans)
    }

    pub async fn lock(&self) -> Result<(), StoreError> {
        let tables: Vec<_> = self
            .write_targets()
            .0
            .iter()
            .map(|table| self.relation(table))
            .collect();
        // One deadline for all tables: a timeout of locks counts for each of them.
        let sql = format!(
            "set local statement_timeout = {}; lock table {} in share row exclusive mode; set local statement_timeout = 0",
            limits::ADOPTION_LOCK_TIMEOUT_MS,
            tables.join(", ")
        );
        Ok(self.client.batch_execute(&sql).await?)
    }

    pub async fn counts(&self) -> Result<Counts, StoreError> {
        let row = self
            .client
            .query_one(&self.render(SOURCE_COUNTS), &[])
            .await?;
        Ok(Counts {
            tickets: rows::get(&row, 0)?,
            messages: rows::get(&row, 1)?,
            activity: rows::get(&row, 2)?,
        })
    }

    pub async fn numbers(&self) -> Result<Vec<(Uuid, String)>, StoreError> {
        let found = self.client.query(&self.render(SOURCE_NUMBERS), &[]).await?;
        found
            .iter()
            .map(|row| {
                let number: Option<String> = rows::get(row, 1)?;
                Ok((rows::get(row, 0)?, number.unwrap_or_default()))
            })
            .collect()
    }

    pub async fn sequence(&self) -> Result<i64, StoreError> {
        let name = self.mapping.sequence.clone().unwrap_or_default();
        let row = self
            .client
            .query_one(SOURCE_SEQUENCE, &[&self.schema, &name])
            .await?;
        rows::get(&row, 0)
    }

    pub async fn staff(&self) -> Result<BTreeSet<Uuid>, StoreError> {
        if !self.has_roles {
            return Ok(BTreeSet::new());
        }
        let found = self.client.query(&self.render(SOURCE_STAFF), &[]).await?;
        found.iter().map(|row| rows::get(row, 0)).collect()
    }

    pub async fn digests(
        &self,
        after: Option<Uuid>,
        limit: usize,
        basis: &Basis,
    ) -> Result<Vec<Digest>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let params: [&(dyn ToSql + Sync); 5] = [
            &after,
            &limit,
            &basis.staff,
            &basis.assignable,
            &basis.mapping,
        ];
        let found = self.client.query(&self.render(DIGESTS), &params).await?;
        found
            .iter()
            .map(|row| {
                let (count, bytes): (i64, i64) = (rows::get(row, 2)?, rows::get(row, 3)?);
                Ok(Digest {
                    id: rows::get(row, 0)?,
                    digest: rows::get(row, 1)?,
                    rows: usize::try_from(count).unwrap_or(usize::MAX),
                    bytes: bytes.unsigned_abs(),
                })
            })
            .collect()
    }

    /// Those of these tickets that the source still has.
    pub async fn existing(&self, ids: &[Uuid]) -> Result<BTreeSet<Uuid>, StoreError> {
        let found = self.client.query(&self.render(EXISTING), &[&ids]).await?;
        found.iter().map(|row| rows::get(row, 0)).collect()
    }

    /// A value that was too long to be read with its row, as JSON.
    pub async fn value(&self, ticket: Uuid, long: &Long) -> Result<Option<String>, StoreError> {
        let (table, key) = match long.table {
            "message" => (Some(&self.mapping.messages), "ticket"),
            "activity" => (self.mapping.activity.as_ref(), "ticket"),
            _ => (Some(&self.mapping.tickets), "id"),
        };
        let Some(table) = table else { return Ok(None) };
        let sql = VALUE
            .replace("{table}", &self.relation(&table.name))
            .replace("{ticket}", &quoted(&table.columns[key]))
            .replace("{id}", &quoted(&table.columns["id"]));
        let params: [&(dyn ToSql + Sync); 3] = [&ticket, &long.id, &long.column];
        let found = self.client.query_opt(&sql, &params).await?;
        found.map_or(Ok(None), |row| rows::get(&row, 0))
    }

    /// What can still write to the tables when the privileges on them are revoked.
    pub async fn writers(&self, names: &Names) -> Result<Vec<String>, StoreError> {
        let (tables, functions) = self.write_targets();
        let own = vec![names.schema().to_owned(), format!("{}_api", names.schema())];
        let params: [&(dyn ToSql + Sync); 4] = [&self.schema, &tables, &functions, &own];
        let found = self.client.query(WRITERS, &params).await?;
        found.iter().map(|row| rows::get(row, 0)).collect()
    }

    /// All rows of these tickets.
    pub async fn tickets(&self, ids: &[Uuid]) -> Result<BTreeMap<Uuid, SourceTicket>, StoreError> {
        let mut tickets: BTreeMap<Uuid, SourceTicket> = BTreeMap::new();
        let params: [&(dyn ToSql + Sync); 3] = [
            &ids,
            &limits::ADOPTION_VALUE_BYTES_MAX,
            &limits::ADOPTION_VALUE_START_CHARS,
        ];
        let bad = |error: serde_json::Error| StoreError::Row(error.to_string());
        for row in self.client.query(&self.render(ROWS), &params).await? {
            let (table, id, text): (i32, Uuid, &str) = (
                rows::get(&row, 0)?,
                rows::get(&row, 1)?,
                rows::get(&row, 2)?,
            );
            let long: Option<&str> = rows::get(&row, 3)?;
            let mut row = Row::parse(text).map_err(bad)?;
            if let Some(long) = long {
                row.long = serde_json::from_str(long).map_err(bad)?;
            }
            let ticket = tickets.entry(id).or_default();
            match table {
                0 => ticket.ticket = row,
                1 => ticket.messages.push(row),
                _ => ticket.activity.push(row),
            }
        }
        Ok(tickets)
    }

    /// Those of these people whom the sign-in service knows. `None` if it cannot be asked.
    pub async fn users(&self, ids: &[Uuid]) -> Result<Option<BTreeMap<Uuid, Value>>, StoreError> {
        if !self.has_users {
            return Ok(None);
        }
        Ok(Some(self.people(USERS, ids).await?))
    }

    pub async fn profiles(&self, ids: &[Uuid]) -> Result<BTreeMap<Uuid, Value>, StoreError> {
        if self.profile_key.is_none() {
            return Ok(BTreeMap::new());
        }
        self.people(&self.render(PROFILES), ids).await
    }

    async fn people(&self, sql: &str, ids: &[Uuid]) -> Result<BTreeMap<Uuid, Value>, StoreError> {
        let found = self.client.query(sql, &[&ids]).await?;
        found
            .iter()
            .map(|row| {
                let text: &str = rows::get(row, 1)?;
                let row_of =
                    Row::parse(text).map_err(|error| StoreError::Row(error.to_string()))?;
                Ok((rows::get(row, 0)?, Value::Object(row_of.columns)))
            })
            .collect()
    }
}

/// Whether this role may read a table. `None` if there is no such table.
async fn may_read(client: &Client, schema: &str, table: &str) -> Result<Option<bool>, StoreError> {
    let found = client.query_opt(HAS_RELATION, &[&schema, &table]).await?;
    found.as_ref().map(|row| rows::get(row, 0)).transpose()
}

/// Which database the source is, if it is not the desk's.
async fn other(client: &Client, db: &Client) -> Result<Option<String>, StoreError> {
    if std::ptr::eq(client, db) {
        return Ok(None);
    }
    let name: String = rows::get(&client.query_one(IDENTITY, &[]).await?, 0)?;
    let own: String = rows::get(&db.query_one(IDENTITY, &[]).await?, 0)?;
    if name == own {
        return Err(StoreError::NotPrepared(
            "nothing was changed; --source-url names Helpline's own database: leave it out".into(),
        ));
    }
    Ok(Some(name))
}

fn not_prepared(faults: &[String]) -> StoreError {
    StoreError::NotPrepared(format!(
        "nothing was changed; first:\n  {}",
        faults.join("\n  ")
    ))
}
