//! The test kit: databases copied from a migrated template, and signed tokens. Each test suite adds
//! its own requests and checks.

use std::fmt::Display;
use std::sync::{Arc, Weak};
use std::time::{SystemTime, UNIX_EPOCH};

use jsonwebtoken::{EncodingKey, Header, encode};
use serde_json::{Value, json};
use tokio::sync::Mutex;
use tokio_postgres::{Client, NoTls};

use crate::error::RigError;
use crate::postgres::Postgres;

/// Password of the gateway's role in every test database.
pub const RUNTIME_PASSWORD: &str = "runtimepassword";
/// The secret that signs the tests' tokens.
pub const TOKEN_SECRET: &str = "a-secret-of-the-tests-that-is-longer-than-thirty-two-bytes";
const TEMPLATE: &str = "helpline_template";

/// The databases of one test binary, in a Postgres cluster that its tests share. When the last test
/// that uses the cluster ends, the cluster stops and its files are removed.
#[derive(Debug)]
pub struct TestDatabases {
    settings: &'static [(&'static str, &'static str)],
    cluster: Mutex<Weak<Postgres>>,
}

impl TestDatabases {
    /// Describes a cluster with these Postgres settings. The cluster starts on first use.
    pub const fn new(settings: &'static [(&'static str, &'static str)]) -> Self {
        Self {
            settings,
            cluster: Mutex::const_new(Weak::new()),
        }
    }

    /// Returns the running cluster. The first call starts the cluster and calls `migrate` with the
    /// administrator's URL of the template database.
    ///
    /// # Errors
    /// If Postgres does not start.
    pub async fn cluster(
        &self,
        migrate: impl AsyncFnOnce(&str),
    ) -> Result<Arc<Postgres>, RigError> {
        let mut cluster = self.cluster.lock().await;
        if let Some(running) = cluster.upgrade() {
            return Ok(running);
        }
        let postgres = Arc::new(Postgres::start_temporary_with(self.settings).await?);
        postgres.create_database(TEMPLATE, None).await?;
        migrate(&postgres.admin_url(TEMPLATE)).await;
        *cluster = Arc::downgrade(&postgres);
        Ok(postgres)
    }

    /// Creates a database for one test, as a copy of the migrated template.
    ///
    /// # Errors
    /// As [`Self::cluster`].
    pub async fn fresh(&self, migrate: impl AsyncFnOnce(&str)) -> Result<Database, RigError> {
        let postgres = self.cluster(migrate).await?;
        let name = format!("test_{:016x}", rand::random::<u64>());
        postgres.create_database(&name, Some(TEMPLATE)).await?;
        Ok(Database { postgres, name })
    }
}

/// A migrated database for one test, and the cluster that contains it.
#[derive(Debug, Clone)]
pub struct Database {
    /// The cluster that contains the database.
    pub postgres: Arc<Postgres>,
    /// The database's name.
    pub name: String,
}

impl Database {
    /// Creates and migrates a database in a cluster that the test owns.
    ///
    /// # Errors
    /// As [`Postgres::create_database`].
    pub async fn create(
        postgres: Arc<Postgres>,
        name: &str,
        migrate: impl AsyncFnOnce(&str),
    ) -> Result<Self, RigError> {
        postgres.create_database(name, None).await?;
        migrate(&postgres.admin_url(name)).await;
        Ok(Self {
            postgres,
            name: name.to_owned(),
        })
    }

    /// The URL for a connection to this database as the administrator.
    pub fn admin_url(&self) -> String {
        self.postgres.admin_url(&self.name)
    }

    /// The URL for a connection to this database with the gateway's role.
    pub fn runtime_url(&self) -> String {
        self.runtime_url_through(self.postgres.port())
    }

    /// As [`Self::runtime_url`], through a proxy on this port.
    pub fn runtime_url_through(&self, port: u16) -> String {
        format!(
            "postgres://helpline_service:{RUNTIME_PASSWORD}@127.0.0.1:{port}/{}",
            self.name
        )
    }

    /// Connects as the administrator.
    ///
    /// # Errors
    /// If Postgres refuses the connection.
    pub async fn admin(&self) -> Result<Client, tokio_postgres::Error> {
        connect(&self.admin_url()).await
    }
}

/// Connects to `url`. The background task of the connection ends when the returned client is
/// dropped.
///
/// # Errors
/// If Postgres refuses the connection.
pub async fn connect(url: &str) -> Result<Client, tokio_postgres::Error> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    #[allow(clippy::disallowed_methods, reason = "the test's runtime owns it")]
    tokio::spawn(connection);
    Ok(client)
}

/// Returns the claims of a user token, as the platform that embeds Helpline would issue it. The
/// token expires in `expires_in_s` seconds; a negative value makes an expired token.
///
/// # Panics
/// If the clock is before 1970.
pub fn claims(user: impl Display, name: &str, expires_in_s: i64) -> Value {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("the clock is past 1970")
        .as_secs()
        .cast_signed();
    json!({
        "sub": user.to_string(), "aud": "authenticated", "role": "authenticated", "iat": now, "exp": now + expires_in_s,
        "email": format!("{user}@test.example"), "user_metadata": { "full_name": name },
    })
}

/// Signs token claims with HS256 and this secret.
///
/// # Panics
/// Never: JSON claims can always be signed with HS256.
pub fn sign(secret: &str, claims: &Value) -> String {
    encode(
        &Header::default(),
        claims,
        &EncodingKey::from_secret(secret.as_bytes()),
    )
    .expect("plain claims encode under HS256")
}

/// SQL that sets the clock of background work in one database forward or back, for example by
/// `2 hours` or `-1 day`. Helpline's own function for this clock has no offset, so only a test can
/// set one.
pub fn clock_with_offset(schema: &str, offset: &str) -> String {
    format!(
        "create or replace function {schema}.clock() returns timestamptz language sql stable \
         set search_path = pg_catalog, pg_temp as $$ select now() + interval '{offset}' $$"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_are_a_persons_own_and_end() {
        let claims = claims("u1", "Ada Lovelace", 60);
        assert_eq!(
            (&claims["sub"], &claims["email"]),
            (&json!("u1"), &json!("u1@test.example"))
        );
        assert_eq!(
            claims["exp"].as_i64().unwrap_or(0),
            claims["iat"].as_i64().unwrap_or(0) + 60
        );
        assert_eq!(sign(TOKEN_SECRET, &claims).split('.').count(), 3);
    }
}
