//! A separate database for each test, copied from a migrated template in a cluster that the tests
//! of one binary share.

use std::sync::Arc;

use helpline_persistence::migrate;
use helpline_rig::Postgres;
use helpline_rig::testing::{Database, RUNTIME_PASSWORD, TestDatabases};

static DATABASES: TestDatabases = TestDatabases::new(&[("max_connections", "400")]);

async fn migrated(admin_url: &str) {
    migrate::migrate(admin_url)
        .await
        .expect("the migrations apply");
    migrate::set_runtime_password(admin_url, RUNTIME_PASSWORD)
        .await
        .expect("a password is set");
}

/// The shared cluster, which runs while it is referenced.
pub async fn cluster() -> Arc<Postgres> {
    DATABASES
        .cluster(migrated)
        .await
        .expect("a Postgres starts")
}

/// A migrated database for one test.
pub async fn fresh() -> Database {
    DATABASES
        .fresh(migrated)
        .await
        .expect("a database is copied")
}

/// A migrated database in a cluster that the test owns, so that it can stop and restore it.
pub async fn on(postgres: Postgres) -> Database {
    Database::create(Arc::new(postgres), "desk", migrated)
        .await
        .expect("a database is made")
}
