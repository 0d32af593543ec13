//! Applies a migration plan (all SQL files that a release needs) to a database. It applies the
//! versioned files first, each in its own transaction. Then it applies all changed functions,
//! views, triggers and policies in one transaction. Finally, it runs the backfills in portions and
//! applies the versioned files that depend on backfills.

use std::collections::HashMap;
use std::time::Duration;

use helpline_core::limits;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Error};

use super::plan::{Object, Plan, Version, Way};
use crate::error::chain;
use crate::{Names, StoreError, rows};

const CHECKSUMS: &str = include_str!("../../sql/migrate/checksums.sql");
const VERSIONS: &str = include_str!("../../sql/migrate/versions.sql");
const OBJECTS: &str = include_str!("../../sql/migrate/objects.sql");
pub(super) const RECORD_VERSION: &str = include_str!("../../sql/migrate/record_version.sql");
const RECORD_OBJECTS: &str = include_str!("../../sql/migrate/record_objects.sql");
const FORGET_OBJECT: &str = include_str!("../../sql/migrate/forget_object.sql");
const CLEAR_FUNCTION: &str = include_str!("../../sql/migrate/clear_function.sql");
const CLEAR_VIEW: &str = include_str!("../../sql/migrate/clear_view.sql");
const CLEAR_TRIGGERS: &str = include_str!("../../sql/migrate/clear_triggers.sql");
const CLEAR_POLICIES: &str = include_str!("../../sql/migrate/clear_policies.sql");
const DROP_FUNCTION: &str = include_str!("../../sql/migrate/drop_function.sql");
const DROP_VIEW: &str = include_str!("../../sql/migrate/drop_view.sql");
const DROP_API_OBJECT: &str = include_str!("../../sql/migrate/drop_api_object.sql");
const INVALID_INDEXES: &str = include_str!("../../sql/migrate/invalid_indexes.sql");
const TRIGRAM_SCHEMA: &str = include_str!("../../sql/migrate/trigram_schema.sql");

/// The folder of the views and functions in the schema for a platform's own pages.
const API: &str = "api";

/// The connection of a migration run, and the values that replace the placeholders in its SQL.
pub(super) struct Run<'a> {
    pub(super) client: &'a Client,
    pub(super) names: &'a Names,
    /// The schema of the extension pg_trgm, as a quoted identifier.
    trigrams: String,
    /// Whether the schema for a platform's own pages exists.
    has_api: bool,
}

/// A step of a migration that is retried as a whole if it fails.
#[derive(Clone, Copy)]
pub(super) enum Step<'a> {
    /// Applies a versioned file. The string is the file's checksum.
    Version(&'a Version, &'a str),
    /// Applies one portion of a backfill. The string is the file's checksum, and the number is the
    /// maximum number of rows.
    Portion(&'a Version, &'a str, i64),
    Objects(&'a Plan),
}

impl Step<'_> {
    const fn name(&self) -> &str {
        match self {
            Self::Version(version, _) | Self::Portion(version, ..) => version.name,
            Self::Objects(_) => "the functions, views, triggers and policies",
        }
    }
}

/// Why a step of a migration failed, which decides about a retry. A failed step has been rolled
/// back.
pub(super) enum Failed {
    /// The step failed with a lock timeout or a deadlock, so a retry may succeed.
    Locked(Error),
    Other(StoreError),
}

impl Failed {
    pub(super) fn of(what: &str, error: Error) -> Self {
        let passes = [
            SqlState::LOCK_NOT_AVAILABLE,
            SqlState::T_R_DEADLOCK_DETECTED,
        ];
        if error.code().is_some_and(|code| passes.contains(code)) {
            return Self::Locked(error);
        }
        Self::Other(StoreError::NotPrepared(format!(
            "{what}: {}",
            chain(&error)
        )))
    }
}

impl<'a> Run<'a> {
    pub(super) async fn new(
        client: &'a Client,
        names: &'a Names,
        has_api: bool,
    ) -> Result<Self, StoreError> {
        let trigrams = rows::get(&client.query_one(TRIGRAM_SCHEMA, &[]).await?, 0)?;
        Ok(Self {
            client,
            names,
            trigrams,
            has_api,
        })
    }

    /// Applies everything in the migration plan that the database does not have yet. Returns the
    /// names of the applied files.
    pub(super) async fn apply(&self, plan: &Plan) -> Result<Vec<String>, StoreError> {
        let mut applied = Vec::new();
        let pending = self.pending(plan).await?;
        let (behind, before): (Vec<_>, Vec<_>) = pending
            .into_iter()
            .partition(|(version, _)| version.is_behind_objects());
        for (version, checksum) in before {
            applied.extend(self.insistently(Step::Version(version, &checksum)).await?);
        }
        applied.extend(self.insistently(Step::Objects(plan)).await?);
        for (version, checksum) in behind {
            applied.extend(if version.way() == Way::InPortions {
                self.backfill(version, &checksum).await?
            } else {
                self.insistently(Step::Version(version, &checksum)).await?
            });
        }
        Ok(applied)
    }

    /// Returns the versioned files that were not applied yet, with their checksums. Fails if a file
    /// differs from the one that was applied.
    async fn pending<'p>(&self, plan: &'p Plan) -> Result<Vec<(&'p Version, String)>, StoreError> {
        let texts: Vec<&str> = plan.versions.iter().map(|version| version.sql).collect();
        let checksums = self.checksums(&texts).await?;
        let mut known = HashMap::new();
        for row in self.as_owner(VERSIONS).await? {
            known.insert(
                rows::get::<i32>(&row, 0)?,
                (rows::get::<String>(&row, 1)?, rows::get::<String>(&row, 2)?),
            );
        }
        let newest_known = known.keys().max().copied().unwrap_or(0);
        let mut pending = Vec::new();
        for (version, checksum) in plan.versions.iter().zip(checksums) {
            match known.remove(&i32::try_from(version.number).unwrap_or(i32::MAX)) {
                Some((_, applied)) if applied == checksum => {}
                Some((name, _)) => {
                    return Err(StoreError::NotPrepared(format!(
                        "{name} was applied with another text than this build's: a migration never changes"
                    )));
                }
                None if i64::from(version.number) < i64::from(newest_known)
                    && !version.is_behind_objects() =>
                {
                    return Err(StoreError::NotPrepared(format!(
                        "{} was left out: newer migrations are applied already",
                        version.name
                    )));
                }
                None => pending.push((version, checksum)),
            }
        }
        // The database may have versions that this migration plan does not contain. A newer build
        // applied them. Leave their tables as they are.
        Ok(pending)
    }

    async fn checksums(&self, texts: &[&str]) -> Result<Vec<String>, StoreError> {
        self.client
            .query(CHECKSUMS, &[&texts])
            .await?
            .iter()
            .map(|row| rows::get(row, 0))
            .collect()
    }

    /// Runs a step and retries it while other transactions have locks that the step needs. Each
    /// attempt waits only briefly for a lock and then releases all locks, so that statements
    /// waiting behind the step can run.
    pub(super) async fn insistently(&self, step: Step<'_>) -> Result<Vec<String>, StoreError> {
        let mut attempts = 0;
        loop {
            let result = match step {
                Step::Version(version, checksum) => self
                    .version(version, checksum)
                    .await
                    .map(|()| vec![version.name.to_owned()]),
                Step::Portion(version, checksum, rows) => {
                    self.portion(version, checksum, rows).await
                }
                Step::Objects(plan) => self.objects(plan).await,
            };
            if result.is_err() {
                // End the failed transaction, and leave the owner's role.
                self.client
                    .batch_execute("rollback; reset role; reset lock_timeout")
                    .await?;
            }
            match result {
                Ok(done) => return Ok(done),
                Err(Failed::Other(error)) => return Err(error),
                Err(Failed::Locked(error)) if attempts >= limits::MIGRATION_LOCK_ATTEMPTS_MAX => {
                    return Err(StoreError::NotPrepared(format!(
                        "{}: tables were in use for half a minute without a pause; end the long transactions (pg_stat_activity), then \
                         migrate again: {}",
                        step.name(),
                        chain(&error)
                    )));
                }
                Err(Failed::Locked(_)) => {
                    attempts += 1;
                    tokio::time::sleep(Duration::from_millis(limits::MIGRATION_LOCK_PAUSE_MS))
                        .await;
                }
            }
        }
    }

    async fn version(&self, version: &Version, checksum: &str) -> Result<(), Failed> {
        let failed = |error| Failed::of(version.name, error);
        let number = i32::try_from(version.number).unwrap_or(i32::MAX);
        let record = self.names.render(RECORD_VERSION);
        if version.way() == Way::Whole {
            self.begin().await.map_err(failed)?;
            self.client
                .batch_execute(&self.render(version.sql))
                .await
                .map_err(failed)?;
            self.client
                .execute(&record, &[&number, &version.name, &checksum])
                .await
                .map_err(failed)?;
            return self.client.batch_execute("commit").await.map_err(failed);
        }
        self.client
            .batch_execute(&self.render(&format!("set role {{owner}}; {}", lock_timeout("set"))))
            .await
            .map_err(failed)?;
        self.statements(INVALID_INDEXES, None)
            .await
            .map_err(failed)?;
        // Creating an index concurrently does not block writers, but it waits until every older
        // snapshot ends, such as the snapshot of a nightly dump. So it runs without a lock timeout.
        self.client
            .batch_execute("set lock_timeout = 0")
            .await
            .map_err(failed)?;
        self.client
            .batch_execute(&self.render(version.sql))
            .await
            .map_err(failed)?;
        self.client
            .execute(&record, &[&number, &version.name, &checksum])
            .await
            .map_err(failed)?;
        self.client
            .batch_execute("reset role; reset lock_timeout")
            .await
            .map_err(failed)
    }

    /// Applies the changed functions, views, triggers and policies in one transaction, so that a
    /// concurrent statement sees either all old versions or all new versions.
    async fn objects(&self, plan: &Plan) -> Result<Vec<String>, Failed> {
        let objects: Vec<&Object> = plan
            .objects
            .iter()
            .filter(|object| self.has_api || parts(object.path).0 != API)
            .collect();
        let texts: Vec<&str> = objects.iter().map(|object| object.sql).collect();
        let checksums = self.checksums(&texts).await.map_err(Failed::Other)?;
        let mut stand: Vec<(String, String)> = Vec::new();
        let mut generation = 0;
        for row in self.as_owner(OBJECTS).await.map_err(Failed::Other)? {
            stand.push((
                rows::get(&row, 0).map_err(Failed::Other)?,
                rows::get(&row, 1).map_err(Failed::Other)?,
            ));
            generation = generation.max(rows::get(&row, 2).map_err(Failed::Other)?);
        }
        if generation > plan.generation {
            // The functions and views in the database belong to a newer build. Older builds work
            // with them and must not replace them.
            return Ok(Vec::new());
        }
        let known: HashMap<&str, &str> = stand
            .iter()
            .map(|(path, checksum)| (path.as_str(), checksum.as_str()))
            .collect();
        let changed: Vec<&Object> = objects
            .iter()
            .zip(&checksums)
            .filter(|(object, checksum)| known.get(object.path) != Some(&checksum.as_str()))
            .map(|(object, _)| *object)
            .collect();
        let gone: Vec<&str> = stand
            .iter()
            .map(|(path, _)| path.as_str())
            .filter(|path| objects.iter().all(|object| object.path != *path))
            .collect();
        if changed.is_empty() && gone.is_empty() && generation == plan.generation {
            return Ok(Vec::new());
        }
        let failed = |error| Failed::of("recording the objects", error);
        self.begin().await.map_err(failed)?;
        for object in &changed {
            self.object(object)
                .await
                .map_err(|error| Failed::of(object.path, error))?;
        }
        let forget = self.names.render(FORGET_OBJECT);
        for path in &gone {
            self.drop(path)
                .await
                .map_err(|error| Failed::of(path, error))?;
            self.client
                .execute(&forget, &[path])
                .await
                .map_err(failed)?;
        }
        let paths: Vec<&str> = objects.iter().map(|object| object.path).collect();
        self.client
            .execute(
                &self.names.render(RECORD_OBJECTS),
                &[&paths, &checksums, &plan.generation],
            )
            .await
            .map_err(failed)?;
        self.client.batch_execute("commit").await.map_err(failed)?;
        let dropped = gone.iter().map(|path| format!("{path} (dropped)"));
        Ok(changed
            .iter()
            .map(|object| object.path.to_owned())
            .chain(dropped)
            .collect())
    }

    /// Applies the file of a function, a view, or of a table's triggers or policies. The file is
    /// complete: existing triggers and policies of the table that are not in the file are dropped.
    async fn object(&self, object: &Object) -> Result<(), Error> {
        let (kind, name) = parts(object.path);
        let clear = match kind {
            "views" => Some(CLEAR_VIEW),
            "triggers" => Some(CLEAR_TRIGGERS),
            "policies" => Some(CLEAR_POLICIES),
            // The privileges of these objects are set together, by grant_api.sql.
            API => None,
            _ => Some(CLEAR_FUNCTION),
        };
        if let Some(clear) = clear {
            self.statements(clear, Some(name)).await?;
        }
        self.client.batch_execute(&self.render(object.sql)).await
    }

    async fn drop(&self, path: &str) -> Result<(), Error> {
        let (kind, name) = parts(path);
        let drop = match kind {
            "views" => DROP_VIEW,
            "triggers" => CLEAR_TRIGGERS,
            "policies" => CLEAR_POLICIES,
            API => DROP_API_OBJECT,
            _ => DROP_FUNCTION,
        };
        self.statements(drop, Some(name)).await
    }

    /// Runs a query that returns SQL statements, and then runs these statements.
    async fn statements(&self, query: &str, name: Option<&str>) -> Result<(), Error> {
        let query = self.names.render(query);
        let rows = match &name {
            Some(name) => self.client.query(&query, &[name]).await?,
            None => self.client.query(&query, &[]).await?,
        };
        for row in rows {
            self.client.batch_execute(row.try_get(0)?).await?;
        }
        Ok(())
    }

    pub(super) async fn begin(&self) -> Result<(), Error> {
        // Unqualified names in the files are looked up only in Helpline's schema. Postgres searches
        // `pg_catalog` first, although it is not listed.
        let begin = format!(
            "begin; set local role {{owner}}; set local search_path = {{schema}}, pg_temp; {}",
            lock_timeout("set local")
        );
        self.client.batch_execute(&self.render(&begin)).await
    }

    /// Runs a query as the owner role, because row-level security hides the owner's tables from
    /// every other role.
    async fn as_owner(&self, sql: &str) -> Result<Vec<tokio_postgres::Row>, StoreError> {
        self.client
            .batch_execute(&self.names.render("begin; set local role {owner}"))
            .await?;
        let rows = self.client.query(&self.names.render(sql), &[]).await?;
        self.client.batch_execute("commit").await?;
        Ok(rows)
    }

    pub(super) fn render(&self, sql: &str) -> String {
        self.names.render(sql).replace("{trgm}", &self.trigrams)
    }
}

fn lock_timeout(set: &str) -> String {
    format!("{set} lock_timeout = {}", limits::MIGRATION_LOCK_TIMEOUT_MS)
}

/// Splits the path of a file in `migrations/` into the kind (its folder) and the name.
fn parts(path: &str) -> (&str, &str) {
    path.strip_suffix(".sql")
        .and_then(|path| path.split_once('/'))
        .unwrap_or(("functions", path))
}
