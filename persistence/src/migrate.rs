//! Creates and updates everything in the database that this program needs, over an administrator's
//! connection: roles, schema, versioned migrations, functions, views, triggers and policies. The
//! SQL files are embedded from `migrations/`; its `manifest` explains them.
//!
//! A migration run takes an advisory lock, so that only one run works at a time. A versioned file
//! is applied once, in one transaction unless its header says otherwise. The file of a function,
//! view, trigger or policy is applied again whenever its text changes; all changed files are
//! applied in one transaction. Backfills of existing rows run last, in portions. An interrupted
//! backfill continues where it stopped.

mod apply;
mod backfill;
mod names_from;
mod plan;
mod platform;
mod staff;

use std::time::Duration;

use futures_util::future::join;
use helpline_core::limits;
use helpline_core::protocol::SchemaVersion;
use tokio_postgres::Client;
use tokio_postgres::error::SqlState;

use crate::{Address, Names, StoreError, connect, rows};

pub use names_from::NamesFrom;
pub use plan::{Object, Plan, Version};
pub use platform::{PlatformApi, PlatformRole};
pub use staff::StaffFrom;

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
const GRANT: &str = include_str!("../sql/migrate/grant_platform_function.sql");
const VERSION: &str = include_str!("../sql/migrate/version.sql");

/// Updates a database that uses the default names to the version of this program. Returns the names
/// of the files that were applied.
///
/// # Errors
/// As [`apply`].
pub async fn migrate(admin_url: &str) -> Result<Vec<String>, StoreError> {
    apply(admin_url, &Names::default(), &Plan::embedded()).await
}

/// Applies a migration plan (all SQL files that a release needs) to the database, and revokes every
/// grant on Helpline's tables and functions that Helpline did not make. The user of `admin_url`
/// needs CREATEROLE, and CREATE on the database.
///
/// # Errors
/// [`StoreError::NotPrepared`] says what is missing or prevents the migration, or which file failed
/// or differs from the applied one. [`StoreError::FormerLayout`] means that an old build without a
/// separate schema has set up the database.
pub async fn apply(admin_url: &str, names: &Names, plan: &Plan) -> Result<Vec<String>, StoreError> {
    apply_with(admin_url, names, plan, &Choices::default()).await
}

/// What an administrator can choose about a hosting platform. `None` leaves what an earlier run has
/// chosen.
#[derive(Debug, Clone, Default)]
pub struct Choices {
    /// Whether the schema for the platform's own pages exists.
    pub platform_api: Option<PlatformApi>,
    /// Where roles come from.
    pub staff_from: Option<StaffFrom>,
    /// Where names and addresses come from.
    pub names_from: Option<NamesFrom>,
}

/// Like [`apply`], and changes what these choices say.
///
/// # Errors
/// As [`apply`].
pub async fn apply_with(
    admin_url: &str,
    names: &Names,
    plan: &Plan,
    choices: &Choices,
) -> Result<Vec<String>, StoreError> {
    let platform_api = choices.platform_api.as_ref();
    with_admin(admin_url, async |client| {
        // An advisory lock belongs to the database session, so it is released in every case when
        // this session ends.
        lock(client).await?;
        preflight(client, names).await?;
        if let Some(list) = platform::preflight(platform_api, names) {
            nothing_missing(client, names, &[&list]).await?;
        }
        client
            .batch_execute(&with_limits(&names.render(ROLES)))
            .await?;
        client.batch_execute(&names.render(ACT_AS_OWNER)).await?;
        client.batch_execute(&names.render(HOUSE)).await?;
        client.batch_execute(&names.render(LEDGER)).await?;
        let role = platform::choose(client, names, platform_api, plan.generation).await?;
        let run = apply::Run::new(client, names, role.is_some()).await?;
        let applied = run.apply(plan).await?;
        client.batch_execute(&names.render(REVOKE_GRANTS)).await?;
        platform::finish(client, names, role.as_ref(), plan.generation).await?;
        if let Some(chosen) = &choices.staff_from {
            staff::choose(client, names, chosen).await?;
        }
        if let Some(chosen) = &choices.names_from {
            names_from::choose(client, names, chosen).await?;
        }
        client
            .batch_execute(&names.render(REVOKE_OWN_MEMBERSHIPS))
            .await?;
        Ok(applied)
    })
    .await
}

/// Creates only the roles, and no schema. This is for a database whose owner has no privilege to
/// create roles.
///
/// # Errors
/// [`StoreError::NotPrepared`] says which privileges the administrator lacks; in this case nothing
/// was changed.
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

/// Takes the migration lock, and waits until no other migration run has it.
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

/// Runs queries that list problems in the database. Fails if any of them returns a row.
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

/// Replaces the placeholders for timeouts in an SQL text with the limits of the service's database
/// sessions.
pub(crate) fn with_limits(sql: &str) -> String {
    let milliseconds = |limit: u64| format!("{limit}ms");
    sql.replace(
        "{statement_timeout_ms}",
        &milliseconds(limits::STATEMENT_TIMEOUT_MS),
    )
    .replace("{lock_timeout_ms}", &milliseconds(limits::LOCK_TIMEOUT_MS))
}

/// Checks, before anything is changed, that the administrator can set the runtime role's password.
///
/// # Errors
/// [`StoreError::NotPrepared`] says which role can set it.
pub async fn may_set_runtime_password(admin_url: &str, names: &Names) -> Result<(), StoreError> {
    with_admin(admin_url, async |client| {
        nothing_missing(client, names, &[PREFLIGHT_PASSWORD]).await
    })
    .await
}

/// Sets the runtime role's password and allows it to log in. For development, tests and first
/// installations.
///
/// # Errors
/// As [`may_set_runtime_password`].
pub async fn set_runtime_password(admin_url: &str, password: &str) -> Result<(), StoreError> {
    set_runtime_password_of(admin_url, &Names::default(), password).await
}

/// Like [`set_runtime_password`], for an installation whose schema and roles have other names than
/// the default.
///
/// # Errors
/// As [`set_runtime_password`].
pub async fn set_runtime_password_of(
    admin_url: &str,
    names: &Names,
    password: &str,
) -> Result<(), StoreError> {
    // Hash the password before it is sent, so that it never appears in the server's statement log.
    // The resulting SCRAM verifier contains no character that needs quoting.
    let verifier = postgres_protocol::password::scram_sha_256(password.as_bytes());
    with_admin(admin_url, async |client| {
        // Without this lock, concurrent installers would fail, because they update the same row of
        // a system table.
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

/// Returns whether the database's schema is at least as new as this program needs. The readiness
/// check calls this over the runtime role's connection.
///
/// # Errors
/// When the database cannot be read. A database without migrations is not an error; the result is
/// `false`.
pub async fn is_current(store: &crate::Store) -> Result<bool, StoreError> {
    let (found, expected) = (found(store).await?, expected());
    Ok(found.is_some_and(|found| {
        found.version >= expected.version && found.generation >= expected.generation
    }))
}

/// The schema version that this program needs.
pub fn expected() -> SchemaVersion {
    let plan = Plan::embedded();
    SchemaVersion {
        version: plan.newest(),
        generation: plan.generation.unsigned_abs(),
    }
}

/// The schema version of the database, read with the runtime role. `None` if no migration was
/// applied.
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
    // Ignore the connection's error: the statement that was running has already returned it.
    let (result, _) = join(work, connection).await;
    result
}

/// Checks and prepares the database session of a migration. No pooler may share the session with
/// other clients, because an advisory lock and a role belong to the session.
async fn begin_session(client: &Client, address: &Address) -> Result<(), StoreError> {
    let asked = async {
        let (other, connection) = address.clone().connect().await?;
        let asked = async move { connect::lends_transactions(client, &other).await };
        join(asked, connection).await.0
    };
    // The check for a pooler needs a second database session. If none is available, assume that no
    // pooler shares the first session.
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
