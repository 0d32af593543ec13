//! Brings a database to what this program needs, over an administrator's connection: roles, schema, versioned migrations, and the functions,
//! views, triggers and policies. Embedded from `migrations/`; see its `manifest`.
//!
//! Everything happens under one advisory lock. A versioned file is one transaction (unless its header says otherwise) and is applied once; an
//! object's file is applied again whenever its text changes, all changed ones in one transaction. What old rows lack is filled in afterwards, in
//! portions; broken off, it goes on where it was.

mod apply;
mod backfill;
mod plan;

use std::time::Duration;

use futures_util::future::join;
use helpline_core::limits;
use helpline_core::protocol::SchemaVersion;
use tokio_postgres::Client;
use tokio_postgres::error::SqlState;

use crate::{Address, Names, StoreError, connect, rows};

pub use plan::{Object, Plan, Version};

const LOCK: &str = include_str!("../sql/migrate/lock.sql");
const FORMER_LAYOUT: &str = include_str!("../sql/migrate/former_layout.sql");
const SESSION: &str = include_str!("../sql/migrate/session.sql");
const PREFLIGHT: &str = include_str!("../sql/migrate/preflight.sql");
const PREFLIGHT_ROLES: &str = include_str!("../sql/migrate/preflight_roles.sql");
const PREFLIGHT_PASSWORD: &str = include_str!("../sql/migrate/preflight_password.sql");
const ROLES: &str = include_str!("../sql/migrate/roles.sql");
const ACT_AS_OWNER: &str = include_str!("../sql/migrate/act_as_owner.sql");
const HOUSE: &str = include_str!("../sql/migrate/house.sql");
const LEDGER: &str = include_str!("../sql/migrate/ledger.sql");
const REVOKE_GRANTS: &str = include_str!("../sql/migrate/revoke_grants.sql");
const REVOKE_OWN_MEMBERSHIPS: &str = include_str!("../sql/migrate/revoke_own_memberships.sql");
const VERSION: &str = include_str!("../sql/migrate/version.sql");

/// Brings the database up to date under the usual names; gives the names of what was applied.
///
/// # Errors
/// As [`apply`].
pub async fn migrate(admin_url: &str) -> Result<Vec<String>, StoreError> {
    apply(admin_url, &Names::default(), &Plan::embedded()).await
}

/// Brings the database to this plan, and takes every grant on Helpline's tables and functions that Helpline did not make. `admin_url` needs
/// CREATEROLE and CREATE on the database.
///
/// # Errors
/// [`StoreError::NotPrepared`] with what is missing or in the way, or with the file that failed or differs from the applied one;
/// [`StoreError::FormerLayout`] for a database of a build before this layout.
pub async fn apply(admin_url: &str, names: &Names, plan: &Plan) -> Result<Vec<String>, StoreError> {
    with_admin(admin_url, async |client| {
        // Held by the session, and gone with it however this ends.
        lock(client).await?;
        preflight(client, names).await?;
        client
            .batch_execute(&with_limits(&names.render(ROLES)))
            .await?;
        client.batch_execute(&names.render(ACT_AS_OWNER)).await?;
        client.batch_execute(&names.render(HOUSE)).await?;
        client.batch_execute(&names.render(LEDGER)).await?;
        let applied = apply::Run::new(client, names).await?.apply(plan).await?;
        client.batch_execute(&names.render(REVOKE_GRANTS)).await?;
        client
            .batch_execute(&names.render(REVOKE_OWN_MEMBERSHIPS))
            .await?;
        Ok(applied)
    })
    .await
}

/// Makes the roles alone, for a database whose owner may not create roles.
///
/// # Errors
/// [`StoreError::NotPrepared`] with what the administrator may not do, before anything is changed.
pub async fn make_roles(admin_url: &str, names: &Names) -> Result<(), StoreError> {
    with_admin(admin_url, async |client| {
        lock(client).await?;
        nothing_missing(client, names, &[PREFLIGHT_ROLES]).await?;
        Ok(client
            .batch_execute(&with_limits(&names.render(ROLES)))
            .await?)
    })
    .await
}

/// Waits until no other run holds the lock.
async fn lock(client: &Client) -> Result<(), StoreError> {
    while !rows::get::<bool>(&client.query_one(LOCK, &[]).await?, 0)? {
        tokio::time::sleep(Duration::from_millis(limits::MIGRATION_LOCK_PAUSE_MS)).await;
    }
    Ok(())
}

async fn preflight(client: &Client, names: &Names) -> Result<(), StoreError> {
    if rows::get(&client.query_one(FORMER_LAYOUT, &[]).await?, 0)?
        && names.schema() == Names::default().schema()
    {
        return Err(StoreError::FormerLayout);
    }
    nothing_missing(client, names, &[PREFLIGHT_ROLES, PREFLIGHT]).await
}

/// Runs these lists of what is missing, and refuses when there is anything on them.
async fn nothing_missing(client: &Client, names: &Names, lists: &[&str]) -> Result<(), StoreError> {
    let mut missing = String::new();
    for list in lists {
        for row in client.query(&with_limits(&names.render(list)), &[]).await? {
            let (problem, remedy, who): (String, String, String) = (
                rows::get(&row, 0)?,
                rows::get(&row, 1)?,
                rows::get(&row, 2)?,
            );
            missing.push_str(&format!("\n  {problem}\n    {remedy}   -- by {who}"));
        }
    }
    if missing.is_empty() {
        Ok(())
    } else {
        Err(StoreError::NotPrepared(format!(
            "nothing was changed; first:{missing}"
        )))
    }
}

/// The bounds of the service's sessions, in place of their placeholders.
pub(crate) fn with_limits(sql: &str) -> String {
    let milliseconds = |limit: u64| format!("{limit}ms");
    sql.replace(
        "{statement_timeout_ms}",
        &milliseconds(limits::STATEMENT_TIMEOUT_MS),
    )
    .replace("{lock_timeout_ms}", &milliseconds(limits::LOCK_TIMEOUT_MS))
}

/// Whether the administrator may let the runtime role sign in; asked before anything else is changed.
///
/// # Errors
/// [`StoreError::NotPrepared`] with who may.
pub async fn may_set_runtime_password(admin_url: &str, names: &Names) -> Result<(), StoreError> {
    with_admin(admin_url, async |client| {
        nothing_missing(client, names, &[PREFLIGHT_PASSWORD]).await
    })
    .await
}

/// Lets the runtime role sign in with this password (dev, tests, first installation).
///
/// # Errors
/// As [`may_set_runtime_password`].
pub async fn set_runtime_password(admin_url: &str, password: &str) -> Result<(), StoreError> {
    set_runtime_password_of(admin_url, &Names::default(), password).await
}

/// The same, for an installation with names of its own.
///
/// # Errors
/// As [`set_runtime_password`].
pub async fn set_runtime_password_of(
    admin_url: &str,
    names: &Names,
    password: &str,
) -> Result<(), StoreError> {
    // Hashed here, so that the password itself stands in no statement log; the verifier has no character that needs quoting.
    let verifier = postgres_protocol::password::scram_sha_256(password.as_bytes());
    with_admin(admin_url, async |client| {
        // Several installers at once would otherwise fail on the same row.
        lock(client).await?;
        nothing_missing(client, names, &[PREFLIGHT_PASSWORD]).await?;
        Ok(client
            .batch_execute(&names.render(&format!(
                "alter role {{service}} login password '{verifier}'"
            )))
            .await?)
    })
    .await
}

/// Whether the database is at least as new as this program (readiness), asked over the runtime role.
///
/// # Errors
/// When the database cannot be read; a database without any migration answers false.
pub async fn is_current(store: &crate::Store) -> Result<bool, StoreError> {
    let (found, expected) = (found(store).await?, expected());
    Ok(found.is_some_and(|found| {
        found.version >= expected.version && found.generation >= expected.generation
    }))
}

/// What this program needs of a database.
pub fn expected() -> SchemaVersion {
    let plan = Plan::embedded();
    SchemaVersion {
        version: plan.newest(),
        generation: plan.generation.unsigned_abs(),
    }
}

/// How far the database is, asked over the runtime role; none: it has no migration.
///
/// # Errors
/// When the database cannot be read.
pub async fn found(store: &crate::Store) -> Result<Option<SchemaVersion>, StoreError> {
    match store.query(VERSION, &[]).await {
        Ok(answer) => {
            let Some(row) = answer.first() else {
                return Ok(None);
            };
            let (version, generation): (Option<i32>, Option<i32>) =
                (rows::get(row, 0)?, rows::get(row, 1)?);
            Ok(version
                .zip(generation)
                .map(|(version, generation)| SchemaVersion {
                    version: version.unsigned_abs(),
                    generation: generation.unsigned_abs(),
                }))
        }
        Err(StoreError::Other(error))
            if [SqlState::UNDEFINED_FUNCTION, SqlState::INVALID_SCHEMA_NAME]
                .iter()
                .any(|state| error.code() == Some(state)) =>
        {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

pub(crate) async fn with_admin<T>(
    admin_url: &str,
    work: impl AsyncFnOnce(&mut Client) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let mut address: Address = admin_url.parse()?;
    address
        .config
        .connect_timeout(Duration::from_millis(limits::POOL_WAIT_MS));
    let (mut client, connection) = address.clone().connect().await?;
    let work = async move {
        let result = match begin_session(&client, &address).await {
            Ok(()) => work(&mut client).await,
            Err(error) => Err(error),
        };
        drop(client);
        result
    };
    // The connection's own error has reached the statement that met it.
    let (result, _) = join(work, connection).await;
    result
}

/// What the work needs of its session, which must be its own: a lock and a role are held by it.
async fn begin_session(client: &Client, address: &Address) -> Result<(), StoreError> {
    let asked = async {
        let (other, connection) = address.clone().connect().await?;
        let asked = async move { connect::lends_transactions(client, &other).await };
        join(asked, connection).await.0
    };
    // Where there is no second session to be had, the first one is not shared either.
    let asked = tokio::time::timeout(Duration::from_millis(limits::POOL_WAIT_MS), asked).await;
    if matches!(asked, Ok(Ok(true))) {
        return Err(StoreError::NotPrepared(
            "a pooler lends this address its sessions for one transaction each, and this needs one for itself: give the address of the database, \
             or of a pooler in session mode"
                .into(),
        ));
    }
    Ok(client.batch_execute(SESSION).await?)
}
