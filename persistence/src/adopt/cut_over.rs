//! Stops writes to the platform's tables, and undoes that.

use helpline_core::limits;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use helpline_core::adopt::Finding;
use uuid::Uuid;

use super::copy::{Portions, is_conflict};
use super::{Adoption, Report};
use crate::{StoreError, rows};

const PRIVILEGES: &str = include_str!("../../sql/adopt/privileges.sql");
const STILL_WRITABLE: &str = include_str!("../../sql/adopt/still_writable.sql");
const STILL_THERE: &str = include_str!("../../sql/adopt/still_there.sql");
const RECORD_REVOKED: &str = include_str!("../../sql/adopt/record_revoked.sql");
const FORGET_RECORDED: &str = include_str!("../../sql/adopt/forget_recorded.sql");
const REVOKED_SOURCES: &str = include_str!("../../sql/adopt/revoked_sources.sql");
const FORGET_REVOKED: &str = include_str!("../../sql/adopt/forget_revoked.sql");

/// A privilege of one of the platform's roles.
struct Privilege {
    kind: String,
    object: String,
    column: Option<String>,
    privilege: String,
    grantee: String,
    is_grantable: bool,
}

impl Privilege {
    fn read(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            kind: rows::get(row, 0)?,
            object: rows::get(row, 1)?,
            column: rows::get(row, 2)?,
            privilege: rows::get(row, 3)?,
            grantee: rows::get(row, 4)?,
            is_grantable: rows::get(row, 5)?,
        })
    }

    /// The privilege and its object as `grant` and `revoke` name them. Postgres has quoted the
    /// object's name.
    fn named(&self) -> String {
        let column = self.column.as_ref().map_or_else(String::new, |column| {
            format!(" (\"{}\")", column.replace('"', "\"\""))
        });
        format!(
            "{}{column} on {} {}",
            self.privilege, self.kind, self.object
        )
    }

    fn grantee(&self) -> String {
        if self.grantee == "public" {
            return self.grantee.clone();
        }
        format!("\"{}\"", self.grantee.replace('"', "\"\""))
    }
}

impl Adoption<'_> {
    /// Stops writes to the source, copies what is left, and verifies.
    pub(super) async fn cut_over(&mut self) -> Result<(), StoreError> {
        let timeout = limits::ADOPTION_LOCK_TIMEOUT_MS;
        self.source
            .client
            .batch_execute(&format!(
                "set lock_timeout = {timeout}; set idle_in_transaction_session_timeout = {}",
                limits::ADOPTION_IDLE_TIMEOUT_MS
            ))
            .await?;
        if self.source.other.is_some() {
            // Refuses a wrong mapping before anything is revoked.
            self.find_orphans().await?;
            self.close_other().await?;
            self.copy_all(Portions::Separate).await?;
            self.is_as_copied = true;
            return self.verify_all().await;
        }
        // A person who works in the desk may have changed a row that the copy changes, too.
        let mut attempts = 1;
        loop {
            let done = self.cut_over_at_once().await;
            match done {
                Err(error) if is_conflict(&error) && attempts < limits::ADOPTION_ATTEMPTS_MAX => {
                    self.client.batch_execute("rollback").await?;
                    self.report = Report {
                        mapping: self.report.mapping.take(),
                        ..Report::default()
                    };
                    attempts += 1;
                }
                done => return done,
            }
        }
    }

    /// Everything in one transaction. A difference rolls everything back.
    async fn cut_over_at_once(&mut self) -> Result<(), StoreError> {
        self.begin().await?;
        // The first statement that reads comes after the locks, so that it sees every write.
        self.source.lock().await?;
        self.refuse_writers().await?;
        let found = self.privileges().await?;
        self.record_revoked(&found).await?;
        self.revoke(&found).await?;
        self.is_as_copied = false;
        self.copy_all(Portions::Together).await?;
        self.is_as_copied = true;
        self.verify_within().await?;
        if self.report.differences.rows == 0 {
            self.commit().await
        } else {
            self.report.privileges = 0;
            (
                self.report.copied,
                self.report.replaced,
                self.report.appended,
            ) = (0, 0, 0);
            Ok(self.client.batch_execute("rollback").await?)
        }
    }

    /// Stops writes to another database. What is revoked there is recorded here before, so that it
    /// can be granted again whatever happens in between.
    async fn close_other(&mut self) -> Result<(), StoreError> {
        let source = self.source.client;
        source.batch_execute("begin").await?;
        self.source.lock().await?;
        self.refuse_writers().await?;
        let found = self.privileges().await?;
        self.begin().await?;
        let recorded = self.record_revoked(&found).await?;
        self.commit().await?;
        if let Err(error) = self.revoke(&found).await {
            source.batch_execute("rollback").await?;
            self.begin().await?;
            self.as_owner().await?;
            let sql = self.names.render(FORGET_RECORDED);
            self.client.execute(&sql, &[&recorded]).await?;
            self.as_self().await?;
            self.commit().await?;
            return Err(error);
        }
        source.batch_execute("commit").await?;
        // A function that was called before may have waited for the lock with its writes. They come
        // before a lock that is requested now.
        source.batch_execute("begin").await?;
        self.source.lock().await?;
        Ok(source.batch_execute("commit").await?)
    }

    /// Refuses the cut-over while something else can write than what is revoked.
    async fn refuse_writers(&mut self) -> Result<(), StoreError> {
        let mut found = self.source.writers(self.names).await?;
        found.retain(|name| !self.mapping().accepted_writers.contains(name));
        if found.is_empty() {
            return Ok(());
        }
        Err(StoreError::NotPrepared(format!(
            "nothing was changed. These can still write to the platform's tables after the cut-over:\n  {}\n\
             remove them, or accept each by its name in accepted_writers of the file for --map",
            found.join("\n  ")
        )))
    }

    /// What the platform's people may write.
    async fn privileges(&self) -> Result<Vec<Privilege>, StoreError> {
        let (tables, functions) = self.source.write_targets();
        let params: [&(dyn ToSql + Sync); 3] = [&self.source.schema, &tables, &functions];
        let found = self.source.client.query(PRIVILEGES, &params).await?;
        found.iter().map(Privilege::read).collect()
    }

    /// Records in the desk what is going to be revoked. Returns the records that are new. Part of a
    /// transaction.
    async fn record_revoked(&self, found: &[Privilege]) -> Result<Vec<i64>, StoreError> {
        self.as_owner().await?;
        let record = self.names.render(RECORD_REVOKED);
        let mut recorded = Vec::new();
        for p in found {
            let params: [&(dyn ToSql + Sync); 8] = [
                &self.source.other,
                &p.kind,
                &p.object,
                &p.column,
                &p.privilege,
                &p.grantee,
                &p.is_grantable,
                &self.source.name(),
            ];
            for row in self.client.query(&record, &params).await? {
                recorded.push(rows::get(&row, 0)?);
            }
        }
        self.as_self().await?;
        Ok(recorded)
    }

    /// Revokes these privileges. Part of a transaction of the source.
    async fn revoke(&mut self, found: &[Privilege]) -> Result<(), StoreError> {
        let source = self.source.client;
        for p in found {
            let sql = format!("revoke {} from {} cascade", p.named(), p.grantee());
            source.batch_execute(&sql).await?;
        }
        self.report.privileges = found.len();
        let (tables, functions) = self.source.write_targets();
        let params: [&(dyn ToSql + Sync); 3] = [&self.source.schema, &tables, &functions];
        let left = source.query(STILL_WRITABLE, &params).await?;
        if left.is_empty() {
            return Ok(());
        }
        let mut list = Vec::new();
        for row in &left {
            let (object, role): (String, String) = (rows::get(row, 0)?, rows::get(row, 1)?);
            list.push(format!("{object} by {role}"));
        }
        Err(StoreError::NotPrepared(format!(
            "nothing was changed. Privileges that another role has granted, or that come from a membership, are left: {}",
            list.join(", ")
        )))
    }

    /// Grants again what the cut-over has revoked. Adopted tickets stay.
    pub(super) async fn undo(&mut self) -> Result<(), StoreError> {
        let (source, other) = (self.source.client, &self.source.other);
        let source_name = self.source.name();
        let mut gone = Vec::new();
        self.begin().await?;
        self.as_owner().await?;
        let sql = self.names.render(FORGET_REVOKED);
        let found = self.client.query(&sql, &[other, &source_name]).await?;
        let sql = self.names.render(REVOKED_SOURCES);
        let left = self.client.query(&sql, &[other]).await?;
        self.as_self().await?;
        if found.is_empty() && !left.is_empty() {
            return Err(undo_refused(&source_name, &left)?);
        }
        if other.is_some() {
            source.batch_execute("begin").await?;
        }
        for row in &found {
            let p = Privilege::read(row)?;
            let params: [&(dyn ToSql + Sync); 2] = [&p.kind, &p.object];
            if !rows::get::<bool>(&source.query_one(STILL_THERE, &params).await?, 0)? {
                gone.push(p.object);
                continue;
            }
            let option = if p.is_grantable {
                " with grant option"
            } else {
                ""
            };
            let sql = format!("grant {} to {}{option}", p.named(), p.grantee());
            source.batch_execute(&sql).await?;
        }
        // Granting twice does no harm, so the records are removed afterwards.
        if other.is_some() {
            source.batch_execute("commit").await?;
        }
        self.report.privileges = found.len() - gone.len();
        // Objects that the platform has dropped since.
        self.report
            .find(gone.into_iter().map(|object| {
                Finding::new(("object_is_gone", ""), "", Uuid::nil(), &object, "")
            }))?;
        self.commit().await
    }
}

/// Says whose privileges can be granted again, because none of these tables' were revoked.
fn undo_refused(own: &str, left: &[Row]) -> Result<StoreError, StoreError> {
    let mut list = Vec::new();
    for row in left {
        let (source, is_here): (String, bool) = (rows::get(row, 0)?, rows::get(row, 1)?);
        let place = if is_here {
            ""
        } else {
            ", in another database than this: give --source-url as for the cut-over"
        };
        list.push(format!("{source}{place}"));
    }
    Ok(StoreError::NotPrepared(format!(
        "nothing was changed. No cut-over has revoked privileges for the tickets of {own}, but one has for those of:\n  {}\n\
         give --chats, --from, --map and --source-url as for that cut-over",
        list.join("\n  ")
    )))
}
