//! The schema with which a hosting platform's own pages read and write tickets, for example through
//! PostgREST: views and functions with the names of Helpline's predecessor (`migrations/api/`). It
//! exists only where an administrator has switched it on, and stays until it is switched off.

use tokio_postgres::Client;

use crate::names::is_plain_identifier;
use crate::{Names, StoreError, rows};

const PREFLIGHT: &str = include_str!("../../sql/migrate/preflight_platform.sql");
const ROLE: &str = include_str!("../../sql/migrate/platform_role.sql");
const SET_ROLE: &str = include_str!("../../sql/migrate/set_platform_role.sql");
const FORGET_ROLE: &str = include_str!("../../sql/migrate/forget_platform_role.sql");
const IS_NEWER: &str = include_str!("../../sql/migrate/is_newer.sql");
const CREATE: &str = include_str!("../../sql/migrate/api_schema.sql");
const DROP: &str = include_str!("../../sql/migrate/drop_api_schema.sql");
const GRANT: &str = include_str!("../../sql/migrate/grant_api.sql");

/// Whether the schema for a platform's own pages exists, and who may use it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlatformApi {
    /// The schema exists. The role of the platform's signed-in users may use it.
    For(PlatformRole),
    /// There is no such schema.
    Off,
}

/// The database role under which a platform runs the statements of its signed-in users, for example
/// `authenticated` on Supabase. A plain identifier, so it needs no escaping in SQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlatformRole(String);

impl PlatformApi {
    /// Parses `off` or the name of a role.
    ///
    /// # Errors
    /// Returns the reason if the name is not a plain lowercase identifier.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        if text == "off" {
            return Ok(Self::Off);
        }
        if !is_plain_identifier(text) || text == "public" || text.starts_with("pg_") {
            return Err(
                "must be off, or the name of the role of your platform's signed-in users: lowercase letters, digits and _ only, and neither \
                 public nor a role of Postgres",
            );
        }
        Ok(Self::For(PlatformRole(text.to_owned())))
    }
}

impl PlatformRole {
    /// Replaces all placeholders of this statement.
    fn render(&self, names: &Names, sql: &str) -> String {
        names
            .render(sql)
            .replace("{platform}", &format!("\"{}\"", self.0))
    }
}

/// Returns the query that lists what prevents this choice, if it can be prevented.
pub(super) fn preflight(chosen: Option<&PlatformApi>, names: &Names) -> Option<String> {
    match chosen {
        Some(PlatformApi::For(role)) => Some(role.render(names, PREFLIGHT)),
        Some(PlatformApi::Off) | None => None,
    }
}

/// Records the choice of this run and creates the schema if it should exist. Returns the role that
/// may use the schema. Without a choice, the choice of an earlier run stays.
pub(super) async fn choose(
    client: &Client,
    names: &Names,
    chosen: Option<&PlatformApi>,
    generation: i32,
) -> Result<Option<PlatformRole>, StoreError> {
    client
        .batch_execute(&names.render("begin; set local role {owner}"))
        .await?;
    let row = client
        .query_one(&names.render(IS_NEWER), &[&generation])
        .await?;
    if chosen.is_some() && rows::get(&row, 0)? {
        return Err(StoreError::NotPrepared(
            "--platform-api: a newer build has migrated this database; change it with that build"
                .into(),
        ));
    }
    match chosen {
        Some(PlatformApi::For(role)) => {
            client.execute(&names.render(SET_ROLE), &[&role.0]).await?;
        }
        Some(PlatformApi::Off) => {
            client.execute(&names.render(FORGET_ROLE), &[]).await?;
        }
        None => {}
    }
    let role = match client.query_opt(&names.render(ROLE), &[]).await? {
        Some(row) => Some(PlatformRole(rows::get(&row, 0)?)),
        None => None,
    };
    client.batch_execute("commit").await?;
    if role.is_some() {
        client.batch_execute(&names.render(CREATE)).await?;
    }
    Ok(role)
}

/// Sets the privileges on the schema after its views and functions were applied, or drops the schema
/// after they were dropped. Objects of a newer build are left as they are.
pub(super) async fn finish(
    client: &Client,
    names: &Names,
    role: Option<&PlatformRole>,
    generation: i32,
) -> Result<(), StoreError> {
    client
        .batch_execute(&names.render("begin; set local role {owner}"))
        .await?;
    let row = client
        .query_one(&names.render(IS_NEWER), &[&generation])
        .await?;
    client.batch_execute("commit").await?;
    if rows::get(&row, 0)? {
        return Ok(());
    }
    match role {
        Some(role) => client.batch_execute(&role.render(names, GRANT)).await?,
        None => client.batch_execute(&names.render(DROP)).await?,
    }
    Ok(())
}
